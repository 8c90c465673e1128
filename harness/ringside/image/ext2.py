"""Write ext2 disk images with the tools of e2fsprogs.

Equal contents give equal images with the same release of the tools: timestamps, UUIDs and owners
are fixed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path, PurePosixPath

from ringside.errors import ImageError

# Timestamp of every file and of the file system: 2026-01-01, the start time of the guests' clock.
_TIME = 1767225600
# Otherwise random: the UUID of the file system and the seed of directory hashes.
_UUID = "72696e67-7369-6465-8000-000000000000"
_BLOCK = 4096
# Free space for the guest.
_SPARE = 48 << 20
# The tools are in directories that may not be in a user's PATH.
TOOLS = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"}
TOOLS["E2FSPROGS_FAKE_TIME"] = str(_TIME)
_DEADLINE_S = 120


class Ext2Writer:
    """Collects entries in the order they are added, parents first. Paths have no leading slash."""

    def __init__(self) -> None:
        self._commands: list[str] = []
        self._files: list[bytes] = []
        self._bytes = 0

    def directory(self, path: str, mode: int = 0o755) -> None:
        """Add a directory."""
        self._entry(path, "mkdir {name}", stat.S_IFDIR | mode)

    def file(self, path: str, data: bytes, mode: int = 0o644) -> None:
        """Add a regular file holding `data`."""
        self._entry(path, f"write f{len(self._files)} {{name}}", stat.S_IFREG | mode)
        self._files.append(data)
        self._bytes += len(data) + _BLOCK

    def char_device(self, path: str, major: int, minor: int, mode: int = 0o666) -> None:
        """Add a character device node."""
        self._entry(path, f"mknod {{name}} c {major} {minor}", stat.S_IFCHR | mode)

    def digest(self) -> str:
        """Hex SHA-256 of everything added; equal contents have equal digests."""
        found = hashlib.sha256("\n".join(self._commands).encode())
        for data in self._files:
            found.update(hashlib.sha256(data).digest())
        return found.hexdigest()

    def finish(self) -> bytes:
        """The disk image. Raises ImageError if the tools are missing or fail."""
        size = -(-(self._bytes * 5 // 4 + _SPARE) >> 20) << 20
        with tempfile.TemporaryDirectory(prefix="ringside-") as name:
            folder = Path(name)
            for number, data in enumerate(self._files):
                (folder / f"f{number}").write_bytes(data)
            commands = [f"set_current_time @{_TIME}", *self._commands]
            (folder / "commands").write_text("".join(f"{line}\n" for line in commands))
            options = ["-q", "-F", "-t", "ext2", "-b", str(_BLOCK), "-U", _UUID]
            options += ["-E", f"hash_seed={_UUID},root_owner=0:0", "disk", str(size // _BLOCK)]
            _run(folder, "mke2fs", *options)
            said = _run(folder, "debugfs", "-w", "-f", "commands", "disk")
            if said:
                raise ImageError(
                    f"debugfs could not write files to the disk: {said.splitlines()[0]}"
                )
            return (folder / "disk").read_bytes()

    def _entry(self, path: str, command: str, mode: int) -> None:
        place = PurePosixPath("/", path)
        if '"' in path or "\n" in path or not place.name:
            raise ImageError(f"{path!r} is not a valid file name on a disk")
        self._commands.append(f'cd "{place.parent}"')
        self._commands.append(command.format(name=f'"{place.name}"'))
        fields = {"mode": f"0{mode:o}", "uid": "0", "gid": "0"}
        fields |= dict.fromkeys(("atime", "mtime", "ctime"), f"@{_TIME}")
        self._commands += [f'sif "{place}" {key} {value}' for key, value in fields.items()]


def _run(folder: Path, tool: str, *arguments: str) -> str:
    """Run one of the tools in `folder` and return its warnings. Raises ImageError."""
    path = shutil.which(tool, path=TOOLS["PATH"])
    if path is None:
        raise ImageError(f"{tool} is not installed, but needed to create disks: install e2fsprogs")
    try:
        done = subprocess.run(
            [path, *arguments],
            cwd=folder,
            env=TOOLS,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_DEADLINE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ImageError(f"{tool}: {error}") from error
    warnings = [line for line in done.stderr.splitlines() if line and not _is_banner(line)]
    if done.returncode:
        raise ImageError(
            f"{tool} failed: {warnings[-1] if warnings else f'exit {done.returncode}'}"
        )
    return "\n".join(warnings)


def _is_banner(line: str) -> bool:
    return line.startswith(("debugfs 1.", "mke2fs 1."))
