"""Write deterministic cpio archives in the `newc` format, for initrds.

Format: Linux, Documentation/driver-api/early-userspace/buffer-format.rst. Entries are owned by
root, have mtime 0 and consecutive inode numbers, so that equal contents give equal bytes.
"""

from __future__ import annotations

import stat


class CpioWriter:
    """Collects entries in the order they are added. Paths have no leading slash."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._inode = 0

    def directory(self, path: str, mode: int = 0o755) -> None:
        """Add a directory."""
        self._entry(path, stat.S_IFDIR | mode, links=2)

    def file(self, path: str, data: bytes, mode: int = 0o644) -> None:
        """Add a regular file holding `data`."""
        self._entry(path, stat.S_IFREG | mode, data=data)

    def symlink(self, path: str, target: str) -> None:
        """Add a symbolic link to `target`."""
        self._entry(path, stat.S_IFLNK | 0o777, data=target.encode())

    def char_device(self, path: str, major: int, minor: int, mode: int = 0o666) -> None:
        """Add a character device node."""
        self._entry(path, stat.S_IFCHR | mode, device=(major, minor))

    def finish(self) -> bytes:
        """The archive with its trailer, padded to a multiple of 512 bytes."""
        self._inode = -1
        self._entry("TRAILER!!!", 0)
        data = b"".join(self._parts)
        return data + bytes(-len(data) % 512)

    def _entry(
        self,
        path: str,
        mode: int,
        *,
        links: int = 1,
        data: bytes = b"",
        device: tuple[int, int] = (0, 0),
    ) -> None:
        self._inode += 1
        name = path.encode() + b"\0"
        # ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
        fields = (self._inode, mode, 0, 0, links, 0, len(data), 0, 0, *device, len(name), 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields)
        for piece in (header + name, data):
            self._append(piece)

    def _append(self, piece: bytes) -> None:
        padded = piece + bytes(-len(piece) % 4)
        self._parts.append(padded)
