"""A newer QEMU than the system's, out of Debian's packages, beside it and without root.

.cache/qemu/<suite>/<sha256 of all packages>/root    the packages, unpacked
.cache/qemu/<suite>/<sha256 of all packages>/<name>  a script that runs it with its own libraries
.cache/qemu/<suite>/latest.json                      which of them to use
"""

from __future__ import annotations

import hashlib
import json
import shlex
from pathlib import Path

from ringside.errors import ImageError
from ringside.image.apt import AptSuite
from ringside.image.commands import run
from ringside.image.files import locked, sha256_file, write_atomic

SUITE = "bookworm-backports"
BASE = "bookworm"
# The C library must be the one of the loader that starts it; any newer one serves.
_OF_THE_SYSTEM = ("libc6", "libgcc-s1", "gcc-12-base")
_LIBRARIES = ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")
_DATA = ("usr/share/qemu", "usr/share/seabios")


def obtain_qemu(package: str, name: str, cache: Path) -> Path:
    """A program that behaves as `name` of Debian's `package` does, fetched when it is not here.

    Raises ImageError when it can't be had.
    """
    folder = cache / "qemu" / SUITE
    memory = folder / f"{name}.json"
    with locked(folder / "lock"):
        known = _recall(memory)
        if known is None:
            known = _fetch(package, name, cache, folder)
            write_atomic(memory, (json.dumps({"program": str(known)}) + "\n").encode())
    return known


def _recall(memory: Path) -> Path | None:
    try:
        program = Path(json.loads(memory.read_bytes())["program"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return program if program.is_file() else None


def _fetch(package: str, name: str, cache: Path, folder: Path) -> Path:
    suite = AptSuite(SUITE, "amd64", (cache / "apt" / SUITE), base=BASE)
    suite.update()
    debs = suite.download_closure(package, without=_OF_THE_SYSTEM)
    digest = hashlib.sha256("\n".join(sha256_file(deb) for deb in debs).encode()).hexdigest()
    home = (folder / digest[:32]).resolve()
    root = home / "root"
    root.mkdir(parents=True, exist_ok=True)
    for deb in debs:
        run(["dpkg-deb", "--extract", str(deb), str(root)], what=f"unpacking {deb.name}")
    if not (root / "usr/bin" / name).is_file():
        raise ImageError(f"Debian {SUITE}'s {package} contains no {name}")
    program = home / name
    write_atomic(program, wrapper(root, name).encode())
    program.chmod(0o755)
    for deb in debs:
        deb.unlink()
    return program


def wrapper(root: Path, name: str) -> str:
    """A shell script that starts `name` of the tree `root` with the tree's libraries and data."""
    libraries = ":".join(str(root / part) for part in _LIBRARIES)
    data = " ".join(f"-L {shlex.quote(str(root / part))}" for part in _DATA)
    binary = shlex.quote(str(root / "usr/bin" / name))
    return (
        f'#!/bin/sh\nexport LD_LIBRARY_PATH={shlex.quote(libraries)}\nexec {binary} {data} "$@"\n'
    )
