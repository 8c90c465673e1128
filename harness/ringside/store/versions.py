"""Read the history of a file from git."""

from __future__ import annotations

import datetime
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import StoreError


@dataclass(frozen=True)
class Version:
    """The text of a file at the commit `revision`, committed at `at`."""

    revision: str
    at: datetime.datetime
    text: str


def versions(file: Path, limit: int) -> tuple[Version, ...]:
    """The versions of `file` in the commits that changed it, newest first, at most `limit`.

    Deletions are skipped. Raises StoreError if the file is not in git.
    """
    folder, name = file.parent, f"./{file.name}"
    options = ("--diff-filter=AM", f"--max-count={limit}", "--format=%h %ct")
    log = _git(folder, "log", *options, "--", name)
    found = []
    for line in log.splitlines():
        revision, seconds = line.split()
        at = datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)
        found.append(Version(revision, at, _git(folder, "show", f"{revision}:{name}")))
    if not found:
        raise StoreError(f"{file}: no commit has it")
    return tuple(found)


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise StoreError(f"git can't be run: {error.strerror}") from error
    if done.returncode != 0:
        complaint = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise StoreError(f"git {arguments[0]} in {folder}: {complaint}")
    return done.stdout
