"""cpio archives ("newc", not compressed) inside a kernel image, as kernels carry their first files.

An archive is told from a stray magic by being whole: each header's fields are hexadecimal, each
name ends in a zero, and the entry `TRAILER!!!` comes before the file's end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAGIC = re.compile(rb"07070[12]")
_FIELDS = re.compile(rb"[0-9A-Fa-f]{104}")
_HEADER = 110
_TRAILER = b"TRAILER!!!"
# Writers fill the last block with zeros up to this.
_BLOCK = 512


@dataclass(frozen=True)
class Archive:
    """Where an archive lies: bytes `start` up to `end`, zeros of its last block included."""

    start: int
    end: int
    names: tuple[str, ...]

    @property
    def room(self) -> int:
        """How long an archive in its place may be."""
        return self.end - self.start


def find_archives(data: bytes) -> tuple[Archive, ...]:
    """All whole archives in `data` that hold anything, in order."""
    found: list[Archive] = []
    at = 0
    while match := _MAGIC.search(data, at):
        archive = _read(data, match.start())
        if archive is not None and archive.names:
            found.append(archive)
        at = archive.end if archive is not None else match.end()
    return tuple(found)


def replaced(data: bytes, archive: Archive, ours: bytes) -> bytes:
    """`data` with `ours` in the archive's place and zeros behind it; `ours` must fit."""
    assert len(ours) <= archive.room
    filled = ours + bytes(archive.room - len(ours))
    return data[: archive.start] + filled + data[archive.end :]


def _read(data: bytes, start: int) -> Archive | None:
    """The archive that begins at `start`, or None where it is none or not whole."""
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
            return Archive(start, _with_zeros(data, start, name_end), tuple(names))
        if following > len(data):
            return None
        names.append(name.decode("utf-8", "replace"))
        at = following


def _with_zeros(data: bytes, start: int, end: int) -> int:
    """The end of the archive's last block, where only zeros stand between."""
    block = min(start + _aligned(end - start, _BLOCK), len(data))
    return block if not any(data[end:block]) else end


def _aligned(offset: int, to: int) -> int:
    return -(-offset // to) * to
