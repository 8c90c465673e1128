"""What an image is, fact by fact, and the first thing that keeps it from being booted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ringside.catalog.model import Arch, Boot, BootConfig, Kernel
from ringside.errors import ImageError
from ringside.image.accept import accept, check_beside
from ringside.image.bzimage import extract_vmlinux, is_bzimage, read_header
from ringside.image.delivery import look
from ringside.image.disk import is_bootable_disk
from ringside.image.elf import check_bootable, compiler, identify
from ringside.image.kind import ImageKind
from ringside.image.symbols import Symbols


@dataclass(frozen=True)
class Inspection:
    """`facts` are pairs of a heading and words; `problem` is a line saying what to do, or None."""

    facts: tuple[tuple[str, str], ...]
    problem: str | None


def inspect(path: Path, kernel: Kernel) -> Inspection:
    """Look at the file that is to be booted as `kernel`; boots nothing.

    Raises ImageError only when the file can't be read: that it is no kernel is a problem found.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"{path}: {error.strerror}") from error
    facts = [("file", f"{len(data):,} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")]
    try:
        facts += _format(data, path, kernel.boot.arch if kernel.boot is not None else "x86_64")
        data = accept(kernel.boot, data, path.name)
        check_beside(kernel.image, path)
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
        facts += [("symbols", symbols), ("compiler", compiler(path))]
    # One that a loader maps says virtual addresses.
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
    """What each way of booting does with the image. Raises ImageError when none can work."""
    facts = []
    obstacles: list[str | None] = []
    for name, way in boot.ways.items():
        try:
            _check_entry(way, data, what)
            facts.append((f"boot {name}", "possible"))
            facts += look(way.workloads or boot.workloads, data, what)
            obstacles.append(None)
        except ImageError as error:
            facts.append((f"boot {name}", str(error)))
            obstacles.append(str(error))
    if all(obstacles):
        raise ImageError(f"{obstacles[0]}")
    return facts


def _check_entry(way: BootConfig, data: bytes, what: str) -> None:
    """Raises ImageError where the way enters an ELF through its PVH note and it can't be."""
    if way.image != "vmlinux":
        return
    elf = extract_vmlinux(data) if is_bzimage(data) else data
    if check_bootable(elf, f"the ELF inside {what}").entry != "pvh":
        raise ImageError(
            f"{what} has a multiboot header, but this boot configuration needs a PVH note"
        )
