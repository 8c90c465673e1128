"""Identify kernels for RISC-V that QEMU's machine `virt` boots: an ELF, or Linux's `Image`.

The header of an `Image` is documented in Linux's Documentation/arch/riscv/boot-image-header.rst.
"""

from __future__ import annotations

import io
import struct
from typing import Literal

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from ringside.errors import ImageError
from ringside.image.formats import describe_format
from ringside.image.kind import ImageKind

# The start of memory on `virt`.
RAM_START = 0x8000_0000
_MAGIC_AT = 0x38
_MAGIC = b"RSC\x05"

_BITS = {"riscv64": 64, "riscv32": 32}


def is_riscv_image(data: bytes) -> bool:
    """Whether `data` is a Linux `Image` for RISC-V."""
    return data[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] == _MAGIC


def identify_riscv(data: bytes, what: str, arch: Literal["riscv64", "riscv32"]) -> ImageKind:
    """Identify `data`. Raises ImageError if it is not a kernel."""
    if is_riscv_image(data):
        offset, size = struct.unpack_from("<QQ", data, 8)
        other = f"it is a 64-bit kernel, but the machine is {arch}"
        return ImageKind(
            kind="image",
            bits=64,
            machine="riscv",
            entry=None,
            memory_end=offset + size,
            obstacle=other if arch != "riscv64" else None,
        )
    if not data.startswith(b"\x7fELF"):
        raise ImageError(f"{what} is not a kernel: {describe_format(data)}")
    try:
        elf = ELFFile(io.BytesIO(data))
        loads = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD" and s["p_memsz"]]
        machine = str(elf["e_machine"]).removeprefix("EM_").lower()
        return ImageKind(
            kind="elf",
            bits=int(elf.elfclass),
            machine=machine,
            entry=None,
            entry_address=int(elf["e_entry"]),
            memory_end=max((s["p_paddr"] + s["p_memsz"] - RAM_START for s in loads), default=0),
            obstacle=_obstacle(elf, machine, arch, [int(s["p_paddr"]) for s in loads]),
        )
    except (ELFError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ImageError(f"{what} is not a kernel: a damaged ELF file ({error})") from error


def _obstacle(elf: ELFFile, machine: str, arch: str, addresses: list[int]) -> str | None:
    """Why QEMU can't start this ELF, and what to do; None if it can."""
    if machine != "riscv":
        return f"it is an ELF for {machine}, not for {arch}"
    if elf.elfclass != _BITS[arch]:
        return f"it is a {elf.elfclass}-bit ELF, but the machine is {arch}"
    if elf["e_type"] == "ET_REL":
        return "it is an object file: link it first"
    low = min(addresses, default=None)
    if low is None:
        return "it has no segment to load: link it with a PT_LOAD segment"
    if low < RAM_START:
        return (
            f"its load address {low:#x} is outside the machine's memory: "
            f"link it at {RAM_START:#x} or above"
        )
    return None
