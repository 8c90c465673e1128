"""How a boot ended."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Outcome(enum.StrEnum):
    """The ways a boot can end. Only `finished` means that the guest did all it was to do."""

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
    """The end of a boot. Times are host seconds from the moment the guest was let run.

    `last_lines` is the console text before the end, safe to show; `program_counter` is where the
    CPU was when the boot failed.
    """

    outcome: Outcome
    detail: str
    last_lines: tuple[str, ...]
    program_counter: int | None
    ready_s: float | None
    first_sample_s: float | None
    end_s: float
    console_bytes: int
