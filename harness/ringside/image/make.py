"""Build things that this repository holds the source of."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ringside.errors import ImageError
from ringside.image.files import locked

_FROM_ABOVE = frozenset({"MAKEFLAGS", "MAKELEVEL", "MFLAGS"})


def make(directory: Path, target: str, root: Path, *variables: str) -> None:
    """Run `make -C directory target`, with `variables` as `NAME=value`.

    Raises ImageError with the compiler's first error when the build fails. Output of a build
    that succeeds is dropped. Builds of one folder wait for each other.
    """
    shown = directory.relative_to(root) if directory.is_relative_to(root) else directory
    if not (directory / "Makefile").is_file():
        raise ImageError(f"{shown}/Makefile does not exist: nothing to build")
    command = ["make", "--no-print-directory", "-C", str(directory), target, *variables]
    # A make that runs us must not hand its flags and its level down: this build is its own.
    environment = {key: value for key, value in os.environ.items() if key not in _FROM_ABOVE}
    try:
        with locked(directory):
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                stdin=subprocess.DEVNULL,
                env=environment,
            )
    except FileNotFoundError as error:
        raise ImageError("make is not installed: run `apt-get install make`") from error
    if done.returncode != 0:
        raise ImageError(
            f"`make -C {shown} {target}` failed: {first_error(done.stdout + done.stderr)}"
        )


def first_error(output: str) -> str:
    """The first line of a build's output that names an error, else its last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for marker in ("error:", "Error ", "undefined reference", "not found", "***"):
        for line in lines:
            if marker in line:
                return line
    return lines[-1] if lines else "no output"
