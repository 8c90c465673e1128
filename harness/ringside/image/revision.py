"""Build this repository's kernel at an earlier commit."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

from ringside.errors import ImageError
from ringside.image.commands import run
from ringside.image.files import locked
from ringside.image.make import make


def resolve_revision(root: Path, revision: str) -> str:
    """The full hash of a commit. Raises ImageError if `revision` names none."""
    if revision.startswith("-"):
        raise ImageError(f"{revision!r} is not a valid revision name")
    what = f"looking for revision {revision}"
    argv = ["git", "-C", str(root), "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"]
    try:
        return run(argv, what=what).strip()
    except ImageError as error:
        raise ImageError(f"no revision {revision!r} in this repository") from error


def build_revision(root: Path, cache: Path, commit: str, directory: str, target: str) -> Path:
    """Build `directory` at `commit` with `make target`; returns its path in the cache."""
    folder = cache / "revisions" / commit
    with locked(cache / "revisions" / f"{commit}.lock"):
        if not (folder / directory).is_dir():
            _export(root, commit, directory, folder)
        make(folder / directory, target, folder)
    return folder / directory


def _export(root: Path, commit: str, directory: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with subprocess.Popen(
            ["git", "-C", str(root), "archive", "--format=tar", commit, directory],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdout is not None
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                archive.extractall(folder, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise ImageError(f"{directory} at {commit[:12]} can't be unpacked: {error}") from error
    if process.returncode != 0:
        raise ImageError(f"revision {commit[:12]} has no {directory}")
