"""Memory layout of ELF files: kernels mapped as a whole file, and programs made flat."""

from __future__ import annotations

import io

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import Segment

from ringside.errors import ImageError
from ringside.image.formats import describe_format

# Real kernels and programs are small; refuse anything larger.
_MAX_SIZE = 64 << 20


def check_mapped(data: bytes, at: int, what: str) -> str:
    """Describe how the file of an x86-64 kernel lies in memory when it is mapped at `at`.

    Each segment and the entry point must be in the file, at the same offset from its start as
    from `at`. Raises ImageError otherwise.
    """
    elf = _open(data, what)
    machine = str(elf["e_machine"]).removeprefix("EM_").lower()
    if machine != "x86_64":
        raise ImageError(f"{what} is an ELF for {machine}: an x86_64 one is required")
    if elf["e_type"] != "ET_EXEC":
        raise ImageError(f"{what} is no program at fixed addresses, and nobody here would move it")
    loads = _loads(elf, what)
    for load in loads:
        if load["p_vaddr"] - load["p_offset"] != at:
            raise ImageError(
                f"{what} has a segment for {load['p_vaddr']:#x} at {load['p_offset']:#x} of the "
                f"file: mapped whole from {at:#x} on it would lie elsewhere; was it linked for "
                f"another base, or is it not the kernel but its symbols?"
            )
        if load["p_memsz"] != load["p_filesz"]:
            raise ImageError(
                f"{what} has a segment that is longer in memory than in the file: the bytes behind "
                f"it would not be clear"
            )
    entry = elf["e_entry"]
    if not any(load["p_vaddr"] <= entry < load["p_vaddr"] + load["p_memsz"] for load in loads):
        raise ImageError(f"{what} is entered at {entry:#x}, where none of its segments is")
    return f"its file mapped from {at:#x} on, entered at {entry:#x}"


def flatten(data: bytes, at: int, what: str) -> bytes:
    """The memory image of the ELF's segments from `at` to their end; bytes not in the file are 0.

    Raises ImageError if a segment begins below `at` or the image would be too large.
    """
    loads = _loads(_open(data, what), what)
    end = max(load["p_vaddr"] + load["p_memsz"] for load in loads)
    first = min(load["p_vaddr"] for load in loads)
    if first < at or end - at > _MAX_SIZE:
        raise ImageError(f"{what} goes from {first:#x} to {end:#x}: it can't be laid at {at:#x}")
    memory = bytearray(end - at)
    for load in loads:
        begin = load["p_vaddr"] - at
        memory[begin : begin + load["p_filesz"]] = load.data()
    return bytes(memory)


def _open(data: bytes, what: str) -> ELFFile:
    if not data.startswith(b"\x7fELF"):
        raise ImageError(f"{what} is not an ELF file: {describe_format(data)}")
    try:
        return ELFFile(io.BytesIO(data))
    except (ELFError, ValueError) as error:
        raise ImageError(f"{what} is a damaged ELF file ({error})") from error


def _loads(elf: ELFFile, what: str) -> list[Segment]:
    try:
        loads = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD" and s["p_memsz"]]
    except (ELFError, ValueError, KeyError) as error:
        raise ImageError(f"{what} is a damaged ELF file ({error})") from error
    if not loads:
        raise ImageError(f"{what} has nothing to load: an object file, or only symbols of a kernel")
    return loads
