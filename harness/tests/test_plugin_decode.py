"""The plugin's C parts, tested on the host."""

from __future__ import annotations

from building import make
from conftest import ROOT


def test_the_decoder() -> None:
    make(ROOT / "harness" / "plugin", "test")
