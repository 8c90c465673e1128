"""Kernels that come from a Debian mirror, in tests that a mirror's bad day must not fail."""

from __future__ import annotations

import functools

import pytest
from conftest import ROOT

from ringside.catalog import load
from ringside.errors import MirrorError
from ringside.image.obtain import obtain


@functools.cache
def _at_fault(kernel: str) -> str | None:
    try:
        obtain(load(ROOT).kernel(kernel), ROOT, ROOT / ".cache")
    except MirrorError as error:
        return str(error)
    return None


def needs(kernel: str) -> None:
    """Skip the test where the mirror does not hold `kernel`; every other fault is the test's."""
    if (why := _at_fault(kernel)) is not None:
        pytest.skip(why)
