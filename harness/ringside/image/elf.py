"""What a file is, in the words of someone who wants to boot it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import NoteSegment

from ringside.errors import ImageError
from ringside.image.bzimage import is_bzimage

# xen/include/public/elfnote.h: the 32-bit entry point of the PVH boot protocol.
_XEN_PHYS32_ENTRY = 18
_MULTIBOOT_MAGIC = (0x1BADB002).to_bytes(4, "little")
_MULTIBOOT_SEARCH = 8192

Kind = Literal["bzimage", "elf"]


@dataclass(frozen=True)
class ImageKind:
    """`entry` is `pvh` or `multiboot` when the ELF says that QEMU's -kernel can start it."""

    kind: Kind
    bits: int
    machine: str
    entry: Literal["pvh", "multiboot"] | None


def identify(data: bytes, what: str) -> ImageKind:
    """What `data` is. `what` names it in errors. Raises ImageError when it is not a kernel."""
    if is_bzimage(data):
        return ImageKind(kind="bzimage", bits=64, machine="x86", entry=None)
    if not data.startswith(b"\x7fELF"):
        raise ImageError(f"{what} is not a kernel: {_plain_words(data)}, not a bzImage or an ELF")
    try:
        elf = ELFFile(io.BytesIO(data))
        return ImageKind(
            kind="elf",
            bits=int(elf.elfclass),
            machine=str(elf["e_machine"]).removeprefix("EM_").lower(),
            entry=_entry(elf, data),
        )
    except (ELFError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ImageError(f"{what} is not a kernel: a damaged ELF file ({error})") from error


def check_bootable(data: bytes, what: str) -> ImageKind:
    """Like `identify`, and raises ImageError when QEMU's -kernel could not start the image."""
    found = identify(data, what)
    if found.kind == "elf":
        if found.machine not in ("x86_64", "386"):
            raise ImageError(f"{what} is an ELF for {found.machine}, not for x86_64")
        if found.entry is None:
            raise ImageError(
                f"{what} is not a kernel that QEMU can start: "
                f"the ELF has neither a PVH note nor a multiboot header"
            )
    return found


def compiler(path: Path) -> str:
    """What the ELF at `path` says of the compiler that made it, or `unknown`."""
    try:
        section = ELFFile(io.BytesIO(path.read_bytes())).get_section_by_name(".comment")
        data: bytes = section.data() if section is not None else b""
    except (OSError, ELFError, ValueError):
        return "unknown"
    said = dict.fromkeys(part.decode("utf-8", "replace") for part in data.split(b"\0") if part)
    return ", ".join(said) or "unknown"


def _entry(elf: ELFFile, data: bytes) -> Literal["pvh", "multiboot"] | None:
    for segment in elf.iter_segments():
        if not isinstance(segment, NoteSegment):
            continue
        for note in segment.iter_notes():
            if note["n_name"] == "Xen" and note["n_type"] in (_XEN_PHYS32_ENTRY, "NT_GNU_PHYS32"):
                return "pvh"
    return "multiboot" if _MULTIBOOT_MAGIC in data[:_MULTIBOOT_SEARCH] else None


def _plain_words(data: bytes) -> str:
    if not data:
        return "the file is empty"
    if data.startswith(b"\x1f\x8b"):
        return "it is a gzip file"
    if data.startswith(b"!<arch>"):
        return "it is an archive (.deb or .a)"
    if data.startswith(b"#!"):
        return "it is a script"
    if data.startswith(b"070701"):
        return "it is a cpio archive"
    if data[0x202:0x206] == b"HdrS":
        return "its boot protocol is older than 2.08"
    if all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in data[:512]):
        return "it is text"
    return f"it begins with {data[:4].hex(' ')}"
