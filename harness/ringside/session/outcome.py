"""How a boot ended."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Outcome(enum.StrEnum):
    """How a boot ended. Only `finished` means that the guest did everything it was asked to."""

    FINISHED = "finished"
    PANICKED = "panicked"
    REBOOTED = "rebooted"
    HUNG = "hung"
    SILENT = "silent"
    DIED = "died"
    FLOODED = "flooded"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Ending:
    """The end of a boot. Times are host seconds since the guest was resumed.

    `last_lines` is the end of the console text, safe to display; `program_counter` is that of the
    first CPU if the boot failed.
    """

    outcome: Outcome
    detail: str
    last_lines: tuple[str, ...]
    program_counter: int | None
    ready_s: float | None
    first_sample_s: float | None
    end_s: float
    console_bytes: int
