"""Debian's static busybox, as a guest's first program: a shell on the console."""

from __future__ import annotations

from pathlib import Path

from conftest import ROOT

from ringside.image.apt import AptSuite
from ringside.image.cpio import CpioWriter
from ringside.image.files import locked, write_atomic
from ringside.image.unpack import unpack

_SUITE = "bookworm"
_PACKAGE = "busybox-static"
_PROGRAM = "bin/busybox"
_APPLETS = ("sh", "mkdir", "chmod", "sha256sum", "md5sum", "base64", "gunzip", "mknod", "stty")


def busybox() -> bytes:
    """The program, fetched once into the checkout's cache. Raises ImageError."""
    cache = ROOT / ".cache"
    kept = cache / "tests" / _PACKAGE
    with locked(cache / "apt" / f"{_SUITE}.lock"):
        if not (kept / _PROGRAM).is_file():
            suite = AptSuite(_SUITE, "amd64", cache / "apt" / _SUITE)
            suite.update()
            (deb,) = suite.download(*suite.find(_PACKAGE))
            unpack(deb, [_PROGRAM], kept)
            deb.unlink()
    return (kept / _PROGRAM).read_bytes()


def shell_initrd(target: Path) -> Path:
    """An initrd whose /init is a shell, with the commands that the console method types."""
    archive = CpioWriter()
    for name in ("bin", "dev", "proc", "tmp"):
        archive.directory(name)
    archive.char_device("dev/console", 5, 1, 0o600)
    archive.char_device("dev/null", 1, 3)
    archive.char_device("dev/zero", 1, 5)
    archive.file("bin/busybox", busybox(), 0o755)
    for name in _APPLETS:
        archive.symlink(f"bin/{name}", "busybox")
    archive.file("init", b"#!/bin/sh\nexec /bin/sh -i\n", 0o755)
    write_atomic(target, archive.finish())
    return target
