"""Convert an ELF to TBF, the program format of an embedded system: a header and the flash contents.

Integers are little-endian. A version 2 header is u16 version, u16 header size, u32 total size, u32
flags, u32 checksum (the XOR of all other words), then entries of u16 type, u16 length and the
value, padded to four bytes.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import Segment

from ringside.errors import ImageError

_BASE = struct.Struct("<HHIII")
_VERSION = 2
_ENABLED = 1
# Entry types: entry point and memory size; name; fixed addresses; oldest kernel version.
_MAIN, _NAME, _ADDRESSES, _KERNEL = 1, 3, 5, 8
_KERNEL_VERSION = (2, 0)
# The total size is a multiple of this, as memory protection requires.
_ALIGNMENT = 4096
_WRITABLE = 2
# The kernel allocates state of its drivers behind the program's memory.
_GRANT_SIZE = 4096


def build_tbf(elf_data: bytes, name: str, address: int, what: str) -> bytes:
    """Convert `elf_data`, which must be linked to run behind a header at `address`.

    `what` names it in errors. Raises ImageError if it can't be converted.
    """
    try:
        elf = ELFFile(io.BytesIO(elf_data))
        loads = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD" and s["p_memsz"]]
        entry = int(elf["e_entry"])
        contents = [(int(s["p_paddr"]), bytes(s.data())) for s in loads if s["p_filesz"]]
    except (ELFError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ImageError(f"{what} is not a valid ELF: {error}") from error
    if not contents:
        raise ImageError(f"{what} has nothing to load")
    start = min(place for place, _ in contents)
    end = max(place + len(data) for place, data in contents)
    ram_start, ram_end = _memory(loads, what)
    names = name.encode()
    entries = (
        _entry(_NAME, names),
        _entry(_ADDRESSES, struct.pack("<II", ram_start, start)),
        _entry(_KERNEL, struct.pack("<HH", *_KERNEL_VERSION)),
    )
    main_size = 4 + 12
    header_size = _BASE.size + main_size + sum(len(entry) for entry in entries)
    # The space between the header and the program is protected like the header.
    protected = start - address - header_size
    if protected < 0 or not start <= entry < end:
        raise ImageError(
            f"{what} is linked to run at {start:#x} from {entry:#x} on: it must begin "
            f"{header_size} bytes or more above {address:#x}"
        )
    main = struct.pack(
        "<III", entry - address - header_size, protected, ram_end - ram_start + _GRANT_SIZE
    )
    total = -(-(end - address) // _ALIGNMENT) * _ALIGNMENT
    image = bytearray(total)
    header = _header(header_size, total, (_entry(_MAIN, main), *entries))
    image[: len(header)] = header
    for place, data in contents:
        image[place - address : place - address + len(data)] = data
    return bytes(image)


def _memory(loads: Sequence[Segment], what: str) -> tuple[int, int]:
    """Start and end of the memory that the program writes."""
    written = [s for s in loads if s["p_flags"] & _WRITABLE]
    if not written:
        raise ImageError(f"{what} has no writable segment: it needs at least a stack")
    return (
        min(int(s["p_vaddr"]) for s in written),
        max(int(s["p_vaddr"]) + int(s["p_memsz"]) for s in written),
    )


def _entry(kind: int, value: bytes) -> bytes:
    return struct.pack("<HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _header(size: int, total: int, entries: Sequence[bytes]) -> bytes:
    words = _BASE.pack(_VERSION, size, total, _ENABLED, 0) + b"".join(entries)
    checksum = 0
    for (word,) in struct.iter_unpack("<I", words):
        checksum ^= word
    return _BASE.pack(_VERSION, size, total, _ENABLED, checksum) + words[_BASE.size :]
