"""Programs out of Debian's packages, for tests: fetched once and kept in the cache."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

import bantam_boot as bantam
import pytest
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile

from ringside.errors import ImageError
from ringside.image.apt import AptSuite
from ringside.image.commands import run
from ringside.image.cpio import CpioWriter
from ringside.image.files import locked

SUITE = "bookworm"
_FOLDERS = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")


def tree(packages: Iterable[str]) -> Path:
    """The files of `packages`, unpacked in one folder. Skips the test when they can't be had."""
    names = sorted(set(packages))
    digest = hashlib.sha256(json.dumps([SUITE, names]).encode()).hexdigest()[:16]
    home = bantam.ROOT / ".cache" / "programs" / digest
    root, whole = home / "root", home / "whole"
    with locked(home.parent / "lock"):
        if not whole.is_file():
            _unpack(names, root)
            whole.touch()
    return root


def _unpack(names: list[str], root: Path) -> None:
    apt = AptSuite(SUITE, "amd64", bantam.ROOT / ".cache" / "apt" / f"{SUITE}-programs")
    root.mkdir(parents=True, exist_ok=True)
    try:
        apt.update()
        for name, deb in zip(names, apt.download(*apt.find(*names)), strict=True):
            run(["dpkg-deb", "--extract", str(deb), str(root)], what=f"unpacking {name}")
            deb.unlink()
    except ImageError as error:
        pytest.skip(str(error))


def closure(root: Path, programs: Iterable[str]) -> set[str]:
    """`programs` and all that ld.so needs for them, as paths below `root`, links included."""
    found: set[str] = set()
    waiting = list(programs)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        at = root / path
        if at.is_symlink():
            waiting.append(_target(root, path))
            continue
        waiting += (_library(root, name) for name in _needed(at))
    return found


def _target(root: Path, path: str) -> str:
    target = (root / path).readlink()
    place = target.relative_to("/") if target.is_absolute() else Path(path).parent / target
    return os.path.normpath(place)


def _needed(program: Path) -> list[str]:
    """The names of the libraries and the loader of an ELF file; none of anything else."""
    with program.open("rb") as stream:
        if stream.read(4) != b"\x7fELF":
            return []
        stream.seek(0)
        elf = ELFFile(stream)
        names = [
            segment.get_interp_name().rpartition("/")[2]
            for segment in elf.iter_segments()
            if segment["p_type"] == "PT_INTERP"
        ]
        for section in elf.iter_sections():
            if isinstance(section, DynamicSection):
                names += [t.needed for t in section.iter_tags() if t.entry.d_tag == "DT_NEEDED"]
    return names


def _library(root: Path, name: str) -> str:
    for folder in (*_FOLDERS, "lib64"):
        if (root / folder / name).exists() or (root / folder / name).is_symlink():
            return f"{folder}/{name}"
    raise AssertionError(f"no package that was asked for holds {name}")


def initrd(root: Path, paths: Iterable[str], more: Mapping[str, bytes]) -> bytes:
    """An archive of `paths` below `root` (folders with all in them), devices, and `more` files."""
    archive = CpioWriter()
    made = {"dev"}
    archive.directory("dev")
    for name, (major, minor) in bantam.CONSOLE_DEVICES.items():
        archive.char_device(f"dev/{name}", major, minor)

    def parents(path: str) -> None:
        for parent in reversed(Path(path).parents[:-1]):
            if parent.as_posix() not in made:
                made.add(parent.as_posix())
                archive.directory(parent.as_posix())

    def add(path: str) -> None:
        at = root / path
        if path in made:
            return
        parents(path)
        made.add(path)
        if at.is_symlink():
            archive.symlink(path, str(at.readlink()))
        elif at.is_dir():
            archive.directory(path)
            for below in sorted(at.iterdir()):
                add(f"{path}/{below.name}")
        else:
            archive.file(path, at.read_bytes(), stat.S_IMODE(at.stat().st_mode))

    for path in sorted(paths):
        add(path)
    # The loader is asked for by this name.
    if any(path.endswith("/ld-linux-x86-64.so.2") for path in made):
        add("lib64/ld-linux-x86-64.so.2")
    for path, data in more.items():
        parents(path)
        archive.file(path, data, 0o755)
    return archive.finish()
