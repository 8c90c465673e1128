"""Describe an image for `kernels check`, with the first problem that prevents a boot."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ringside.catalog.model import Arch, Boot, BootConfig, Kernel
from ringside.errors import ImageError
from ringside.image.bzimage import extract_vmlinux, is_bzimage, read_header
from ringside.image.check import check_companion_files, check_image
from ringside.image.delivery import describe
from ringside.image.disk import is_bootable_disk
from ringside.image.elf import check_bootable, compiler_version, identify
from ringside.image.kind import ImageKind
from ringside.image.symbols import Symbols


@dataclass(frozen=True)
class Inspection:
    """`facts` are pairs of heading and text; `problem` says what to do, or is None."""

    facts: tuple[tuple[str, str], ...]
    problem: str | None


def inspect(path: Path, kernel: Kernel) -> Inspection:
    """Inspect the file for booting it as `kernel`, without booting it.

    Raises ImageError only if the file can't be read; anything else is a `problem`.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"{path}: {error.strerror}") from error
    facts = [("file", f"{len(data):,} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")]
    try:
        facts += _format(data, path, kernel.boot.arch if kernel.boot is not None else "x86_64")
        data = check_image(kernel.boot, data, path.name)
        check_companion_files(kernel.image, path)
        if kernel.boot is not None:
            facts += _ways(kernel.boot, data, path.name)
    except ImageError as error:
        return Inspection(tuple(facts), str(error))
    return Inspection(tuple(facts), None)


def _format(data: bytes, path: Path, arch: Arch) -> list[tuple[str, str]]:
    if is_bootable_disk(data):
        return [("format", "raw disk image with a boot sector")]
    return _facts(identify(data, path.name, arch), data, path)


def _facts(kind: ImageKind, data: bytes, path: Path) -> list[tuple[str, str]]:
    if kind.kind == "bzimage":
        header = read_header(data)
        facts = [("format", f"{kind.bits}-bit bzImage, boot protocol {header.protocol}")]
        facts += [("version", header.version)] if header.version else []
    elif kind.kind == "image":
        facts = [("format", f"{kind.bits}-bit Linux Image for {kind.machine}")]
    else:
        facts = [("format", f"{kind.bits}-bit ELF for {kind.machine}")]
        facts.append(("entry", _entry(kind)))
        functions = len(Symbols.read(path).starts)
        symbols = f"{functions:,}" if functions else "none: crash reports can't show function names"
        facts += [("symbols", symbols), ("compiler", compiler_version(path))]
    # A kernel mapped by a loader has virtual addresses.
    if 0 < kind.memory_end < 1 << 40:
        facts.append(("memory", f"up to {-(-kind.memory_end >> 20)} MiB"))
    return facts


def _entry(kind: ImageKind) -> str:
    if kind.entry == "pvh":
        return f"PVH note, at {kind.entry_address:#x}"
    if kind.machine == "riscv":
        return f"{kind.entry_address:#x}"
    return "multiboot header" if kind.entry == "multiboot" else "none that QEMU supports"


def _ways(boot: Boot, data: bytes, what: str) -> list[tuple[str, str]]:
    """What each boot configuration does with the image. Raises ImageError if none can work."""
    facts = []
    obstacles: list[str | None] = []
    for name, way in boot.ways.items():
        try:
            _check_entry(way, data, what)
            facts.append((f"boot {name}", "possible"))
            facts += describe(way.workloads or boot.workloads, data, what)
            obstacles.append(None)
        except ImageError as error:
            facts.append((f"boot {name}", str(error)))
            obstacles.append(str(error))
    if all(obstacles):
        raise ImageError(f"{obstacles[0]}")
    return facts


def _check_entry(way: BootConfig, data: bytes, what: str) -> None:
    """Raise ImageError if the configuration needs a PVH note and the ELF has none."""
    if way.image != "vmlinux":
        return
    elf = extract_vmlinux(data) if is_bzimage(data) else data
    if check_bootable(elf, f"the ELF inside {what}").entry != "pvh":
        raise ImageError(
            f"{what} has a multiboot header, but this boot configuration needs a PVH note"
        )
