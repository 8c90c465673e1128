"""What a file is, in the words of someone who wants to boot it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import NoteSection
from elftools.elf.segments import NoteSegment, Segment

from ringside.catalog.model import Arch
from ringside.errors import ImageError
from ringside.image.bzimage import is_bzimage, read_header
from ringside.image.formats import plain_words
from ringside.image.kind import Entry, ImageKind
from ringside.image.multiboot import Multiboot, find_headers
from ringside.image.riscv import identify_riscv

# xen/include/public/elfnote.h: the 32-bit entry point of the PVH boot protocol.
_XEN_PHYS32_ENTRY = (18, "NT_GNU_PHYS32", "XEN_ELFNOTE_PHYS32_ENTRY")


def identify(data: bytes, what: str, arch: Arch = "x86_64") -> ImageKind:
    """What `data` is to a machine of `arch`. `what` names it in errors.

    Raises ImageError when it is not a kernel.
    """
    if arch != "x86_64":
        return identify_riscv(data, what, arch)
    if is_bzimage(data):
        header = read_header(data)
        return ImageKind(
            kind="bzimage",
            bits=32 if header.is_64bit is False else 64,
            machine="x86",
            entry=None,
            memory_end=header.memory_end,
            obstacle="it is a 32-bit kernel, but the workloads are 64-bit programs"
            if header.is_64bit is False
            else None,
        )
    if not data.startswith(b"\x7fELF"):
        raise ImageError(f"{what} is not a kernel: {plain_words(data)}")
    try:
        return _identify_elf(ELFFile(io.BytesIO(data)), find_headers(data))
    except (ELFError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ImageError(f"{what} is not a kernel: a damaged ELF file ({error})") from error


def check_bootable(
    data: bytes, what: str, memory_mib: int | None = None, arch: Arch = "x86_64"
) -> ImageKind:
    """Like `identify`, and raises ImageError when QEMU's -kernel could not start the image, or
    when it does not fit into a machine of `memory_mib`."""
    found = identify(data, what, arch)
    if found.obstacle is not None:
        raise ImageError(f"{what} can't be booted: {found.obstacle}")
    if memory_mib is not None and found.memory_end > memory_mib << 20:
        raise ImageError(
            f"{what} needs memory up to {-(-found.memory_end >> 20)} MiB but the machine has "
            f"{memory_mib}: increase boot.memory_mib in its manifest"
        )
    return found


def _identify_elf(elf: ELFFile, multiboot: Multiboot) -> ImageKind:
    machine = str(elf["e_machine"]).removeprefix("EM_").lower()
    loads = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD" and s["p_memsz"]]
    address = _pvh_entry(elf)
    entry: Entry | None = "multiboot" if multiboot.one else None
    if address is not None and not (multiboot.one and elf.elfclass == 32):
        entry = "pvh"
    return ImageKind(
        kind="elf",
        bits=int(elf.elfclass),
        machine=machine,
        entry=entry,
        entry_address=address,
        memory_end=max((s["p_paddr"] + s["p_memsz"] for s in loads), default=0),
        obstacle=_obstacle(elf, machine, multiboot, address, loads),
    )


def _obstacle(
    elf: ELFFile,
    machine: str,
    multiboot: Multiboot,
    address: int | None,
    loads: list[Segment],
) -> str | None:
    """Why QEMU's -kernel can't start this ELF, with what to do; None when it can."""
    if machine not in ("x86_64", "386"):
        return f"it is an ELF for {machine}, not for x86_64"
    if elf["e_type"] == "ET_REL":
        return "it is an object file: link it first"
    if multiboot.one and not multiboot.addresses and machine == "x86_64":
        return (
            "QEMU finds its multiboot header before anything else and takes no 64-bit ELF that "
            "way: take the header out and add a PVH note, or give the header load addresses"
        )
    if multiboot.one:
        return None
    if address is None:
        return _no_entry(elf, multiboot)
    if not any(s["p_paddr"] <= address < s["p_paddr"] + s["p_memsz"] for s in loads):
        return (
            f"its PVH note says to start at physical address {address:#x}, where none of its "
            f"segments is loaded: the note wants the physical address, not the virtual one"
        )
    return None


def _no_entry(elf: ELFFile, multiboot: Multiboot) -> str:
    if any(_is_entry(note) for section in _note_sections(elf) for note in section.iter_notes()):
        return (
            "its PVH note is in a section but in no PT_NOTE segment, where QEMU looks: "
            "give the linker script a PHDRS entry `note PT_NOTE` and put the section in it"
        )
    if multiboot.two:
        return (
            "it has a multiboot2 header, which QEMU's -kernel does not know: "
            "add a PVH note (docs/add-a-kernel.md shows one)"
        )
    return (
        "the ELF has neither a PVH note nor a multiboot header, so QEMU's -kernel does not know "
        "where to start: add a PVH note (docs/add-a-kernel.md shows one)"
    )


def _note_sections(elf: ELFFile) -> list[NoteSection]:
    return [section for section in elf.iter_sections() if isinstance(section, NoteSection)]


def _pvh_entry(elf: ELFFile) -> int | None:
    for segment in elf.iter_segments():
        if isinstance(segment, NoteSegment):
            for note in segment.iter_notes():
                if _is_entry(note):
                    return int.from_bytes(note["n_descdata"][:8], "little")
    return None


def _is_entry(note: Any) -> bool:
    return note["n_name"] == "Xen" and note["n_type"] in _XEN_PHYS32_ENTRY


def compiler(path: Path) -> str:
    """What the ELF at `path` says of the compiler that made it, or `unknown`."""
    try:
        section = ELFFile(io.BytesIO(path.read_bytes())).get_section_by_name(".comment")
        data: bytes = section.data() if section is not None else b""
    except (OSError, ELFError, ValueError):
        return "unknown"
    said = dict.fromkeys(part.decode("utf-8", "replace") for part in data.split(b"\0") if part)
    return ", ".join(said) or "unknown"
