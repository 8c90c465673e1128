"""gdb, as Debian ships it, says on Bantam of a program what it says on Linux.

Its libraries are many, so this asks for BANTAM_SERVERS=1.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import bantam_boot as bantam
import debian
import pytest
from conftest import DATA
from programs import on_bantam, on_linux

pytestmark = [
    pytest.mark.boot,
    pytest.mark.timeout(0),
    pytest.mark.skipif("BANTAM_SERVERS" not in os.environ, reason="asks for BANTAM_SERVERS=1"),
]

PACKAGES = (
    *("busybox-static", "gdb-minimal", "libbrotli1", "libbz2-1.0", "libc6", "libcom-err2"),
    *("libcurl3-gnutls", "libdebuginfod1", "libdw1", "libelf1", "libexpat1", "libffi8"),
    *("libgcc-s1", "libgmp10", "libgnutls30", "libgssapi-krb5-2", "libhogweed6", "libidn2-0"),
    *("libipt2", "libjson-c5", "libk5crypto3", "libkeyutils1", "libkrb5-3", "libkrb5support0"),
    *("libldap-2.5-0", "liblzma5", "libmpfr6", "libncursesw6", "libnettle8", "libnghttp2-14"),
    *("libp11-kit0", "libpsl5", "libreadline8", "librtmp1", "libsasl2-2", "libssh2-1", "libssl3"),
    *("libstdc++6", "libtasn1-6", "libtinfo6", "libunistring2", "libxxhash0", "libzstd1", "zlib1g"),
)
PROGRAMS = ("bin/busybox", "usr/bin/gdb", "lib/x86_64-linux-gnu/libthread_db.so.1")
DEBUGGED = bantam.SOURCE / "tests" / "guest" / "boot" / "debugged.c"


def test_gdb_says_what_it_says_on_linux(tmp_path: Path) -> None:
    program = tmp_path / "debugged"
    command = ["gcc", "-std=gnu11", "-g", "-O0", "-static", "-pthread", "-o", str(program)]
    subprocess.run([*command, DEBUGGED.name], check=True, cwd=DEBUGGED.parent)
    root = debian.tree(PACKAGES)
    scripts = DATA / "programs"
    more = {
        "init": (scripts / "init.sh").read_bytes(),
        "scripts/gdb": (scripts / "gdb.sh").read_bytes(),
        "debugged": program.read_bytes(),
    }
    archive = tmp_path / "initrd.cpio"
    archive.write_bytes(debian.initrd(root, debian.closure(root, PROGRAMS), more))
    said = on_bantam(archive)
    assert said == on_linux(archive)
    assert len(said["gdb"]) > 40
    assert said["gdb"][-1] == "-- 0"
