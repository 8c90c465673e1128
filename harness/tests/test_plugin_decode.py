"""The plugin's C parts, tested on the host."""

from __future__ import annotations

from conftest import ROOT

from ringside.image.make import make


def test_the_decoder() -> None:
    make(ROOT / "harness" / "plugin", "test", ROOT)
