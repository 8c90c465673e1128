"""The result of one workload's records."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Verdict(enum.Enum):
    """What the stream says; why it stopped is determined by the session's outcome."""

    WHOLE = "whole"
    ABSENT = "absent"
    WRONG = "wrong"
    CRASHED = "crashed"
    TORN = "torn"
    UNFINISHED = "unfinished"
    NOT_BEGUN = "not begun"


@dataclass(frozen=True)
class Result:
    """The result of one workload or probe.

    `ticks` are raw readings, one per repetition of `iterations` operations; empty unless WHOLE, and
    for probes. `overhead` are raw readings of an empty body with the same `iterations`. `bytes` is
    what one operation transfers, or 0.
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
