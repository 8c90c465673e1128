"""Find and replace uncompressed cpio archives ("newc") embedded in a kernel image.

To rule out accidental matches of the magic an archive must be complete: header fields are
hexadecimal, names end in a NUL, and `TRAILER!!!` comes before the end of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAGIC = re.compile(rb"07070[12]")
_FIELDS = re.compile(rb"[0-9A-Fa-f]{104}")
_HEADER = 110
_TRAILER = b"TRAILER!!!"
# Writers pad the last block to this size with zeros.
_BLOCK = 512


@dataclass(frozen=True)
class Archive:
    """The location of an archive, bytes `start` to `end`, including its padding."""

    start: int
    end: int
    names: tuple[str, ...]

    @property
    def capacity(self) -> int:
        """The largest size in bytes of an archive that can replace it."""
        return self.end - self.start


def find_archives(data: bytes) -> tuple[Archive, ...]:
    """All complete, non-empty archives in `data`, in order."""
    found: list[Archive] = []
    at = 0
    while match := _MAGIC.search(data, at):
        archive = _read(data, match.start())
        if archive is not None and archive.names:
            found.append(archive)
        at = archive.end if archive is not None else match.end()
    return tuple(found)


def replace_archive(data: bytes, archive: Archive, new: bytes) -> bytes:
    """`data` with the archive replaced by `new`, which must fit, and padded with zeros."""
    assert len(new) <= archive.capacity
    filled = new + bytes(archive.capacity - len(new))
    return data[: archive.start] + filled + data[archive.end :]


def _read(data: bytes, start: int) -> Archive | None:
    """The archive that starts at `start`, or None if it is invalid or incomplete."""
    names: list[str] = []
    at = start
    while True:
        if not _MAGIC.match(data, at) or not _FIELDS.fullmatch(data, at + 6, at + _HEADER):
            return None
        size, name_size = (int(data[at + p : at + p + 8], 16) for p in (54, 94))
        name_end = at + _HEADER + name_size
        body = start + _aligned(name_end - start, 4)
        following = start + _aligned(body - start + size, 4)
        if name_size < 2 or name_end > len(data) or data[name_end - 1]:
            return None
        name = data[at + _HEADER : name_end - 1]
        if name == _TRAILER:
            return Archive(start, _end_of_padding(data, start, name_end), tuple(names))
        if following > len(data):
            return None
        names.append(name.decode("utf-8", "replace"))
        at = following


def _end_of_padding(data: bytes, start: int, end: int) -> int:
    """The end of the archive's last block, if the rest of the block is zero, else `end`."""
    block = min(start + _aligned(end - start, _BLOCK), len(data))
    return block if not any(data[end:block]) else end


def _aligned(offset: int, to: int) -> int:
    return -(-offset // to) * to
