"""Run external programs; a failure becomes one line that says what to install or do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from ringside.errors import ImageError

# The Debian package of each program.
_PACKAGES = {
    "apt-get": "apt",
    "apt-cache": "apt",
    "dpkg-deb": "dpkg",
    "make": "make",
}


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    what: str,
) -> str:
    """Run `argv` and return its standard output.

    `what` describes the operation in errors. Raises ImageError if the program is missing or fails,
    with the program's error message.
    """
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env={**os.environ, "LC_ALL": "C", **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError as error:
        package = _PACKAGES.get(argv[0], argv[0])
        raise ImageError(
            f"{what}: {argv[0]} is not installed: run `apt-get install {package}`"
        ) from error
    except OSError as error:
        raise ImageError(f"{what}: {argv[0]} can't be run: {error.strerror}") from error
    if done.returncode != 0:
        raise ImageError(f"{what} failed: {last_error(done.stderr, done.stdout)}")
    return done.stdout


def last_error(stderr: str, stdout: str = "") -> str:
    """The first line that looks like an error, else the last line."""
    lines = [line.strip() for line in (stderr + "\n" + stdout).splitlines() if line.strip()]
    for line in lines:
        if line.startswith("E: ") or "error:" in line.lower():
            return line
    return lines[-1] if lines else "no output"
