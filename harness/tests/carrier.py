"""A kernel image that carries its own cpio archive: a PVH kernel with a shim before its entry.

The shim adds the archive to the start info as a module, as a boot loader would hand one over, and
goes on at the kernel's entry. Start info: Xen's public headers, arch-x86/hvm/start_info.h.
"""

from __future__ import annotations

import struct
from pathlib import Path

from ringside.image.elf import identify

_PHDR = struct.Struct("<IIQQQQQQ")
_PT_LOAD, _PT_NOTE = 1, 4
# Far above the kernel, far below the end of memory.
_AT = 0x8000000
_SHIM_BYTES = 0x1000


def carrier(kernel: Path, archive: bytes, target: Path) -> Path:
    """Write `kernel`, an ELF with a PVH note, with `archive` in it to `target`."""
    data = kernel.read_bytes()
    entry = identify(data, kernel.name).entry_address
    assert entry is not None
    (phoff,) = struct.unpack_from("<Q", data, 0x20)
    size, count = struct.unpack_from("<HH", data, 0x36)
    headers = [_PHDR.unpack_from(data, phoff + i * size) for i in range(count)]
    note = struct.pack("<III4sQ", 4, 8, 18, b"Xen\0", _AT)
    body = _shim(entry, len(archive)).ljust(_SHIM_BYTES, b"\0") + archive
    base = -(-len(data) // 0x1000) * 0x1000
    loads = [header for header in headers if header[0] == _PT_LOAD]
    loads.append((_PT_LOAD, 7, base, _AT, _AT, len(body), len(body), 0x1000))
    notes = base + len(body)
    loads.append((_PT_NOTE, 4, notes, 0, 0, len(note), len(note), 4))
    made = data.ljust(base, b"\0") + body + note
    table = len(made)
    made += b"".join(_PHDR.pack(*header) for header in loads)
    made = made[:0x20] + struct.pack("<Q", table) + made[0x28:]
    target.write_bytes(made[:0x38] + struct.pack("<H", len(loads)) + made[0x3A:])
    return target


def _shim(entry: int, length: int) -> bytes:
    """32-bit code, ebx pointing to the start info: one module, listed behind the code."""
    listed = _AT + 0x100
    code = b"\xc7\x43\x0c" + struct.pack("<I", 1)  # movl $1, 12(%ebx): nr_modules
    code += b"\xc7\x43\x10" + struct.pack("<I", listed)  # movl $listed, 16(%ebx): modlist_paddr
    code += b"\xc7\x43\x14" + struct.pack("<I", 0)
    code += b"\xb8" + struct.pack("<I", entry) + b"\xff\xe0"  # movl $entry, %eax; jmp *%eax
    return code.ljust(0x100, b"\0") + struct.pack("<QQQQ", _AT + _SHIM_BYTES, length, 0, 0)
