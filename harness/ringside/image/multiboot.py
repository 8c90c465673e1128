"""Multiboot headers, as QEMU and boot loaders look for them.

Multiboot 1: three words, four-byte aligned within the first 8 KiB: magic, flags and a checksum
that makes them add up to 0. QEMU 7.2 to 10 take it from there (hw/i386/multiboot.c): they look for
it before they look for a PVH note, and refuse a 64-bit ELF unless the header has load addresses.
Multiboot 2: four words, eight-byte aligned within the first 32 KiB. QEMU does not know it.
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
class Multiboot:
    """The headers found: `addresses` tells whether the first says where to load to."""

    one: bool
    two: bool
    addresses: bool = False


def find_headers(data: bytes) -> Multiboot:
    """Look for both kinds of header in a kernel image."""
    flags = _first_flags(data)
    return Multiboot(
        one=flags is not None,
        two=_has_second(data),
        addresses=bool(flags is not None and flags & _HAS_ADDRESSES),
    )


def relabelled(data: bytes) -> bytes:
    """A 64-bit ELF whose header says 386, the only way QEMU takes one by its multiboot header:
    segments are loaded by their physical addresses and entered in 32-bit protected mode, as a
    boot loader would. Anything but an x86-64 ELF comes back as it is."""
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
