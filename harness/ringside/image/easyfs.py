"""Write disk images in easy-fs, a small teaching file system with a single directory.

Blocks have 512 bytes, integers are little-endian. From its sources (efs.rs, layout.rs, bitmap.rs):

block 0         u32 magic, u32 numbers of blocks: total, inode bitmap, inodes, data bitmap, data
then            the inode bitmap, the inodes, the data bitmap, the data
inode           128 bytes: u32 size, 28 direct blocks, an indirect and a double indirect block,
                u8 type (0 file, 1 directory); inode 0 is the root directory
directory entry 32 bytes: a NUL-terminated name of at most 27 bytes, u32 inode
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from ringside.errors import ImageError

MAGIC = 0x3B800001
BLOCK = 512
NAME_MAX = 27

_DIRECT = 28
_POINTERS = BLOCK // 4
_INODE = struct.Struct("<I28IIIB3x")
_ENTRY = struct.Struct("<28sI")
_BITS = BLOCK * 8
_FILE, _DIRECTORY = 0, 1


def build_easyfs(files: Mapping[str, bytes], blocks: int = 16 * 2048) -> bytes:
    """An image of `blocks` blocks that holds `files` by name; the rest is free.

    Raises ImageError if a name is too long or the files don't fit.
    """
    for name in files:
        if not 0 < len(name.encode()) <= NAME_MAX or "\0" in name:
            raise ImageError(f"{name!r} is not a valid file name in easy-fs: 1 to {NAME_MAX} bytes")
    disk = _Disk(blocks)
    if len(files) + 1 > disk.inodes:
        raise ImageError(f"{len(files)} files: easy-fs supports {disk.inodes - 1} here")
    entries = b""
    disk.inode(0, b"", _DIRECTORY)
    for number, (name, data) in enumerate(files.items(), start=1):
        disk.inode(number, data, _FILE)
        entries += _ENTRY.pack(name.encode(), number)
    disk.inode(0, entries, _DIRECTORY)
    return bytes(disk.image)


class _Disk:
    """The image under construction; data blocks are allocated in order."""

    def __init__(self, blocks: int) -> None:
        inode_bitmap = 1
        self.inodes = inode_bitmap * _BITS
        inode_blocks = self.inodes * _INODE.size // BLOCK
        rest = blocks - 1 - inode_bitmap - inode_blocks
        # Each block of the bitmap accounts for itself and for one data block per bit.
        data_bitmap = -(-rest // (_BITS + 1))
        data = rest - data_bitmap
        if data < 1:
            raise ImageError(f"{blocks} blocks are too few for easy-fs")
        self.image = bytearray(blocks * BLOCK)
        self._inode_bitmap = BLOCK
        self._inode_area = (1 + inode_bitmap) * BLOCK
        self._data_bitmap = self._inode_area + inode_blocks * BLOCK
        self._first = 1 + inode_bitmap + inode_blocks + data_bitmap
        self._data_blocks = data
        self._taken = 0
        head = (MAGIC, blocks, inode_bitmap, inode_blocks, data_bitmap, data)
        struct.pack_into("<6I", self.image, 0, *head)

    def inode(self, number: int, data: bytes, kind: int) -> None:
        """Write inode `number` and the blocks of its `data`."""
        self.image[self._inode_bitmap + number // 8] |= 1 << number % 8
        numbers = [self._allocate(data[at : at + BLOCK]) for at in range(0, len(data), BLOCK)]
        direct = numbers[:_DIRECT]
        once, rest = numbers[_DIRECT:][:_POINTERS], numbers[_DIRECT + _POINTERS :]
        lists = [rest[at : at + _POINTERS] for at in range(0, len(rest), _POINTERS)]
        if len(lists) > _POINTERS:
            raise ImageError(f"a file of {len(data)} bytes is too large for easy-fs")
        fields = [*direct, *[0] * (_DIRECT - len(direct))]
        fields.append(self._pointers(once) if once else 0)
        fields.append(self._pointers([self._pointers(part) for part in lists]) if lists else 0)
        at = self._inode_area + number * _INODE.size
        _INODE.pack_into(self.image, at, len(data), *fields, kind)

    def _pointers(self, numbers: list[int]) -> int:
        return self._allocate(struct.pack(f"<{len(numbers)}I", *numbers))

    def _allocate(self, data: bytes) -> int:
        """Write at most 512 bytes to the next free block; returns its number on the disk."""
        if self._taken == self._data_blocks:
            raise ImageError(f"the files don't fit into {len(self.image) >> 20} MiB of easy-fs")
        index = self._taken
        self._taken += 1
        self.image[self._data_bitmap + index // 8] |= 1 << index % 8
        at = (self._first + index) * BLOCK
        self.image[at : at + len(data)] = data
        return self._first + index
