"""The plugin's C parts, tested on the host."""

from __future__ import annotations

import subprocess

from conftest import ROOT


def test_the_decoder() -> None:
    done = subprocess.run(
        ["make", "-s", "-C", str(ROOT / "harness" / "plugin"), "test"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
