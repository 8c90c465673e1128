"""Builds what tests need from this repository's sources."""

from __future__ import annotations

import subprocess
from pathlib import Path

from conftest import ROOT

from ringside.image.files import locked

WORKLOADS = ROOT / "workloads"


def make(folder: Path, *words: str) -> None:
    """`make` in a folder, alone even where tests run side by side; a failure shows what it said."""
    with locked(folder):
        done = subprocess.run(
            ["make", "--no-print-directory", "-C", str(folder), *words],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
