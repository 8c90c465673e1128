"""Identify kernel images and check whether QEMU's -kernel can boot them."""

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
from ringside.image.formats import describe_format
from ringside.image.kind import Entry, ImageKind
from ringside.image.multiboot import MultibootHeaders, find_headers
from ringside.image.riscv import identify_riscv

# xen/include/public/elfnote.h: the note with the 32-bit entry point of the PVH boot protocol.
_XEN_PHYS32_ENTRY = (18, "NT_GNU_PHYS32", "XEN_ELFNOTE_PHYS32_ENTRY")


def identify(data: bytes, what: str, arch: Arch = "x86_64") -> ImageKind:
    """Identify `data` as a kernel for `arch`. `what` names it in errors.

    Raises ImageError if it is not a kernel.
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
        raise ImageError(f"{what} is not a kernel: {describe_format(data)}")
    try:
        return _identify_elf(ELFFile(io.BytesIO(data)), find_headers(data))
    except (ELFError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ImageError(f"{what} is not a kernel: a damaged ELF file ({error})") from error


def check_bootable(
    data: bytes, what: str, memory_mib: int | None = None, arch: Arch = "x86_64"
) -> ImageKind:
    """Like `identify`, but also raises ImageError if QEMU's -kernel can't boot the image, or it
    does not fit into `memory_mib`."""
    found = identify(data, what, arch)
    if found.obstacle is not None:
        raise ImageError(f"{what} can't be booted: {found.obstacle}")
    if memory_mib is not None and found.memory_end > memory_mib << 20:
        raise ImageError(
            f"{what} needs memory up to {-(-found.memory_end >> 20)} MiB but the machine has "
            f"{memory_mib}: increase boot.memory_mib in its manifest"
        )
    return found


def _identify_elf(elf: ELFFile, multiboot: MultibootHeaders) -> ImageKind:
    machine = str(elf["e_machine"]).removeprefix("EM_").lower()
    loads = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD" and s["p_memsz"]]
    address = _pvh_entry(elf)
    entry: Entry | None = "multiboot" if multiboot.v1 else None
    if address is not None and not (multiboot.v1 and elf.elfclass == 32):
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
    multiboot: MultibootHeaders,
    address: int | None,
    loads: list[Segment],
) -> str | None:
    """Why QEMU's -kernel can't boot this ELF, and what to do; None if it can."""
    if machine not in ("x86_64", "386"):
        return f"it is an ELF for {machine}, not for x86_64"
    if elf["e_type"] == "ET_REL":
        return "it is an object file: link it first"
    if multiboot.v1 and not multiboot.has_addresses and machine == "x86_64":
        return (
            "QEMU finds its multiboot header before anything else and takes no 64-bit ELF that "
            "way: take the header out and add a PVH note, or give the header load addresses"
        )
    if multiboot.v1:
        return None
    if address is None:
        return _no_entry(elf, multiboot)
    if not any(s["p_paddr"] <= address < s["p_paddr"] + s["p_memsz"] for s in loads):
        return (
            f"its PVH note says to start at physical address {address:#x}, where none of its "
            f"segments is loaded: the note wants the physical address, not the virtual one"
        )
    return None


def _no_entry(elf: ELFFile, multiboot: MultibootHeaders) -> str:
    if any(_is_entry(note) for section in _note_sections(elf) for note in section.iter_notes()):
        return (
            "its PVH note is in a section but in no PT_NOTE segment, where QEMU looks: "
            "give the linker script a PHDRS entry `note PT_NOTE` and put the section in it"
        )
    if multiboot.v2:
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


def compiler_version(path: Path) -> str:
    """The compilers named in the .comment section of the ELF at `path`, or `unknown`."""
    try:
        section = ELFFile(io.BytesIO(path.read_bytes())).get_section_by_name(".comment")
        data: bytes = section.data() if section is not None else b""
    except (OSError, ELFError, ValueError):
        return "unknown"
    said = dict.fromkeys(part.decode("utf-8", "replace") for part in data.split(b"\0") if part)
    return ", ".join(said) or "unknown"
