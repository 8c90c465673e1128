"""A newer QEMU than the system's, from Debian packages, installed in the cache without root.

.cache/qemu/<suite>/<sha256 of all packages>/root    the unpacked packages
.cache/qemu/<suite>/<sha256 of all packages>/<name>  a script that runs it with its own libraries
.cache/qemu/<suite>/<name>.json                      the script to use
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
# The C library must match the system's dynamic loader; newer versions are compatible.
_FROM_SYSTEM = ("libc6", "libgcc-s1", "gcc-12-base")
_LIBRARIES = ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")
_DATA = ("usr/share/qemu", "usr/share/seabios")


def obtain_qemu(package: str, name: str, cache: Path) -> Path:
    """The program `name` of Debian's `package`, downloaded if it is not in the cache.

    Raises ImageError if it is unavailable.
    """
    folder = cache / "qemu" / SUITE
    record = folder / f"{name}.json"
    with locked(folder / "lock"):
        program = _load_cached(record)
        if program is None:
            program = _fetch(package, name, cache, folder)
            write_atomic(record, (json.dumps({"program": str(program)}) + "\n").encode())
    return program


def _load_cached(record: Path) -> Path | None:
    try:
        program = Path(json.loads(record.read_bytes())["program"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return program if program.is_file() else None


def _fetch(package: str, name: str, cache: Path, folder: Path) -> Path:
    suite = AptSuite(SUITE, "amd64", (cache / "apt" / SUITE), base=BASE)
    suite.update()
    debs = suite.download_closure(package, without=_FROM_SYSTEM)
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
    """A shell script that runs `name` from `root` with the libraries and data there."""
    libraries = ":".join(str(root / part) for part in _LIBRARIES)
    data = " ".join(f"-L {shlex.quote(str(root / part))}" for part in _DATA)
    binary = shlex.quote(str(root / "usr/bin" / name))
    return (
        f'#!/bin/sh\nexport LD_LIBRARY_PATH={shlex.quote(libraries)}\nexec {binary} {data} "$@"\n'
    )
