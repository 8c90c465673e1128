"""Find multiboot headers by the rules of QEMU and boot loaders.

Multiboot 1: three u32, four-byte aligned within the first 8 KiB: magic, flags and a checksum that
makes their sum 0. QEMU 7.2 to 10 (hw/i386/multiboot.c) look for it before a PVH note, and reject a
64-bit ELF unless the header has load addresses. Multiboot 2: four u32, eight-byte aligned within
the first 32 KiB. QEMU does not support it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_MAGIC_1 = 0x1BADB002
_MAGIC_2 = 0xE85250D6
_SEARCH_1 = 8192 - 48
_SEARCH_2 = 32768 - 16
_HAS_ADDRESSES = 1 << 16
_E_MACHINE = 18
_EM_386 = 3
_EM_X86_64 = 62


@dataclass(frozen=True)
class MultibootHeaders:
    """Which headers an image has; `has_addresses`: the version 1 header has load addresses."""

    v1: bool
    v2: bool
    has_addresses: bool = False


def find_headers(data: bytes) -> MultibootHeaders:
    """The multiboot headers of a kernel image."""
    flags = _first_flags(data)
    return MultibootHeaders(
        v1=flags is not None,
        v2=_has_second(data),
        has_addresses=bool(flags is not None and flags & _HAS_ADDRESSES),
    )


def relabel_as_i386(data: bytes) -> bytes:
    """Change the machine in the header of an x86-64 ELF to i386; other data is unchanged.

    QEMU loads a 64-bit ELF by its multiboot header only with this change. Like a boot loader it
    then loads segments at their physical addresses and enters the kernel in 32-bit protected mode.
    """
    machine = struct.pack("<H", _EM_X86_64)
    if data[:4] != b"\x7fELF" or data[_E_MACHINE : _E_MACHINE + 2] != machine:
        return data
    return data[:_E_MACHINE] + struct.pack("<H", _EM_386) + data[_E_MACHINE + 2 :]


def _first_flags(data: bytes) -> int | None:
    magic = struct.pack("<I", _MAGIC_1)
    at = data.find(magic, 0, _SEARCH_1 + 4)
    while at >= 0:
        if at % 4 == 0 and at + 12 <= len(data):
            first, flags, checksum = struct.unpack_from("<III", data, at)
            if (first + flags + checksum) & 0xFFFFFFFF == 0:
                return int(flags)
        at = data.find(magic, at + 1, _SEARCH_1 + 4)
    return None


def _has_second(data: bytes) -> bool:
    magic = struct.pack("<I", _MAGIC_2)
    at = data.find(magic, 0, _SEARCH_2 + 4)
    while at >= 0:
        if (
            at % 8 == 0
            and at + 16 <= len(data)
            and sum(struct.unpack_from("<IIII", data, at)) & 0xFFFFFFFF == 0
        ):
            return True
        at = data.find(magic, at + 1, _SEARCH_2 + 4)
    return False
