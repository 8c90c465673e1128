"""Build parts of this repository with make."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ringside.errors import ImageError
from ringside.image.files import locked

_INHERITED_BY_MAKE = frozenset({"MAKEFLAGS", "MAKELEVEL", "MFLAGS"})


def make(directory: Path, target: str, root: Path, *variables: str) -> None:
    """Run `make -C directory target` with `variables` given as `NAME=value`.

    Builds in the same directory wait for each other. The output of a successful build is dropped.
    Raises ImageError with the first error if the build fails.
    """
    shown = directory.relative_to(root) if directory.is_relative_to(root) else directory
    if not (directory / "Makefile").is_file():
        raise ImageError(f"{shown}/Makefile does not exist: nothing to build")
    command = ["make", "--no-print-directory", "-C", str(directory), target, *variables]
    # This build does not inherit flags and jobs of a make that runs us.
    environment = {key: value for key, value in os.environ.items() if key not in _INHERITED_BY_MAKE}
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
    """The first line of a build's output that reports an error, else its last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for marker in ("error:", "Error ", "undefined reference", "not found", "***"):
        for line in lines:
            if marker in line:
                return line
    return lines[-1] if lines else "no output"
