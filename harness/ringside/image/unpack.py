"""Extract single files from a .deb."""

from __future__ import annotations

import fnmatch
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from ringside.errors import ImageError
from ringside.image.files import write_atomic

_MAX_SIZE = 256 << 20


def unpack(deb: Path, patterns: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Extract the regular files of `deb` that match one of the glob `patterns` to `folder`.

    Returns their paths in the package. Raises ImageError if it is not a package.
    """
    try:
        with subprocess.Popen(
            ["dpkg-deb", "--fsys-tarfile", str(deb)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdout is not None
            found = []
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                for member in archive:
                    name = member.name.removeprefix("./")
                    if member.isfile() and _wanted(name, patterns):
                        found.append(name)
                        _write(archive, member, folder / name)
            process.stdout.read()
        if process.returncode != 0:
            raise ImageError(f"{deb}: not a Debian package that dpkg-deb can read")
    except FileNotFoundError as error:
        raise ImageError("dpkg-deb is not installed: run `apt-get install dpkg`") from error
    except tarfile.TarError as error:
        raise ImageError(f"{deb}: not a Debian package that dpkg-deb can read") from error
    return tuple(found)


def _wanted(name: str, patterns: Sequence[str]) -> bool:
    if name.startswith("/") or ".." in name.split("/"):
        return False
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    stream = archive.extractfile(member)
    if stream is None or member.size > _MAX_SIZE:
        raise ImageError(f"{member.name}: too large to be a kernel or its config")
    write_atomic(target, stream.read())
