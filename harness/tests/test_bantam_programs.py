"""Other people's programs, as Debian ships them, print on Bantam what they print on Linux."""

from __future__ import annotations

import subprocess
from pathlib import Path

import debian
import programs
import pytest
from conftest import DATA, ROOT
from programs import Said

pytestmark = pytest.mark.boot

PACKAGES = (
    *("busybox-static", "bash", "perl-base", "sqlite3", "lua5.4"),
    *("python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib"),
    *("libc6", "libcrypt1", "libexpat1", "libreadline8", "libtinfo6", "libsqlite3-0"),
    *("zlib1g", "libbz2-1.0", "liblzma5", "libffi8", "libssl3", "libnsl2", "libtirpc3"),
    *("libgssapi-krb5-2", "libkrb5-3", "libk5crypto3", "libcom-err2", "libkrb5support0"),
    *("libkeyutils1", "libuuid1", "libdb5.3", "libncursesw6", "strace", "libunwind8"),
)
PROGRAMS = (
    "bin/busybox",
    "bin/bash",
    "usr/bin/perl",
    "usr/bin/sqlite3",
    "usr/bin/lua5.4",
    "usr/bin/strace",
)
PERL = "usr/lib/x86_64-linux-gnu/perl-base"
PYTHON = ("usr/bin/python3.11", "usr/lib/python3.11", "etc/python3.11")
SCRIPTS = ("busybox", "bash", "perl", "python", "sqlite", "lua", "strace")
THREADS = ROOT / "kernel-under-test" / "tests" / "guest" / "boot" / "threads.c"
COMPILERS = {"threads-glibc": "gcc", "threads-musl": "musl-gcc"}


def _threads(folder: Path) -> dict[str, bytes]:
    """The same threaded program with each C library that is here, linked statically."""
    made = {}
    for name, compiler in COMPILERS.items():
        program = folder / name
        command = [compiler, "-std=gnu11", "-O1", "-static", "-pthread", "-o", str(program)]
        try:
            subprocess.run([*command, str(THREADS)], check=True, capture_output=True)
        except FileNotFoundError:
            continue
        made[f"scripts/{name}"] = program.read_bytes()
    return made


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    root = debian.tree(PACKAGES)
    modules = (*(root / PYTHON[1] / "lib-dynload").glob("*.so"), *(root / PERL).rglob("*.so"))
    loaded = [path.relative_to(root).as_posix() for path in modules]
    wanted = debian.closure(root, (*PROGRAMS, PYTHON[0], *loaded)) | {*PYTHON, PERL}
    scripts = DATA / "programs"
    more = {"init": (scripts / "init.sh").read_bytes(), **_threads(folder)}
    for name in SCRIPTS:
        more[f"scripts/{name}"] = (scripts / f"{name}.sh").read_bytes()
    path = folder / "initrd.cpio"
    path.write_bytes(debian.initrd(root, wanted, more))
    return path


@pytest.fixture(scope="module")
def on_linux(archive: Path) -> Said:
    return programs.on_linux(archive)


@pytest.fixture(scope="module")
def on_bantam(archive: Path) -> Said:
    return programs.on_bantam(archive)


@pytest.mark.parametrize("script", [*SCRIPTS, *COMPILERS])
def test_a_program_prints_what_it_prints_on_linux(
    on_bantam: Said, on_linux: Said, script: str
) -> None:
    if script not in on_linux:
        pytest.skip(f"{COMPILERS[script]} is not installed")
    assert on_bantam[script] == on_linux[script]
    assert "-- 0" in on_bantam[script]
