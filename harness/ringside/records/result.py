"""What the records of one workload amount to."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Verdict(enum.Enum):
    """What the stream itself says; why a stream stopped is for the session to tell."""

    WHOLE = "whole"
    ABSENT = "absent"
    WRONG = "wrong"
    CRASHED = "crashed"
    TORN = "torn"
    UNFINISHED = "unfinished"
    NOT_BEGUN = "not begun"


@dataclass(frozen=True)
class Result:
    """One workload or probe of a boot. `ticks` are raw readings, one a repetition; empty unless
    WHOLE, and always empty for a probe.

    `overhead` are raw readings of the empty body with the same `iterations`; `bytes` is what one
    operation moves, 0 where that says nothing.
    """

    name: str
    verdict: Verdict
    detail: str | None = None
    op: str = ""
    iterations: int = 0
    warmup: int = 0
    bytes: int = 0
    ticks: tuple[int, ...] = ()
    overhead: tuple[int, ...] = ()
