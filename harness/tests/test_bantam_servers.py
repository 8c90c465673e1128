"""Servers, as Debian ships them, with their clients: the same output on Bantam and on Linux.

They take a minute or two on each, so this asks for BANTAM_SERVERS=1.
"""

from __future__ import annotations

import os
from pathlib import Path

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
    *("busybox-static", "redis-server", "redis-tools", "nginx", "curl", "git"),
    *("openssh-server", "openssh-client", "openssh-sftp-server"),
    *("libatomic1", "libaudit1", "libbrotli1", "libbsd0", "libc6", "libcap-ng0", "libcap2"),
    *("libcom-err2", "libcrypt1", "libcurl4", "libedit2", "libffi8", "libgcc-s1", "libgcrypt20"),
    *("libgmp10", "libgnutls30", "libgpg-error0", "libgssapi-krb5-2", "libhogweed6", "libidn2-0"),
    *("libjemalloc2", "libk5crypto3", "libkeyutils1", "libkrb5-3", "libkrb5support0"),
    *("libldap-2.5-0", "liblz4-1", "liblzf1", "liblzma5", "libmd0", "libnettle8", "libnghttp2-14"),
    *("libnsl2", "libp11-kit0", "libpam0g", "libpcre2-8-0", "libpsl5", "librtmp1", "libsasl2-2"),
    *("libselinux1", "libssh2-1", "libssl3", "libstdc++6", "libsystemd0", "libtasn1-6"),
    *("libtinfo6", "libtirpc3", "libunistring2", "libwrap0", "libzstd1", "zlib1g"),
)
PROGRAMS = (
    *("bin/busybox", "usr/bin/redis-server", "usr/bin/redis-cli", "usr/bin/redis-benchmark"),
    *("usr/bin/redis-check-aof", "usr/sbin/nginx", "usr/bin/curl", "usr/bin/git"),
    *("usr/lib/git-core/git-daemon", "usr/sbin/sshd", "usr/bin/ssh", "usr/bin/ssh-keygen"),
    *("usr/bin/scp", "usr/bin/sftp", "usr/lib/openssh/sftp-server"),
)
SCRIPTS = ("git", "nginx", "redis", "ssh")


def test_servers_say_what_they_say_on_linux(tmp_path: Path) -> None:
    root = debian.tree(PACKAGES)
    scripts = DATA / "programs"
    more = {f"scripts/{name}": (scripts / f"{name}.sh").read_bytes() for name in SCRIPTS}
    more["init"] = (scripts / "init.sh").read_bytes()
    more["etc/passwd"] = b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"
    more["etc/group"] = b"root:x:0:\nnogroup:x:65534:\n"
    archive = tmp_path / "initrd.cpio"
    archive.write_bytes(debian.initrd(root, debian.closure(root, PROGRAMS), more))
    said = on_bantam(archive)
    assert said == on_linux(archive)
    assert all(len(lines) > 10 and lines[-1] == "-- 0" for lines in said.values())
    assert set(said) == set(SCRIPTS)
