"""Stored results: the schema, the run folder, and facts about the host."""

from ringside.store.folder import RunFolder, find_run, load_run, newest_runs
from ringside.store.schema import (
    Answer,
    BootRecord,
    Clock,
    Environment,
    Host,
    ImageRecord,
    Isolation,
    Measurement,
    ProbeAnswer,
    Run,
    Settle,
    Status,
    Unit,
)

__all__ = [
    "Answer",
    "BootRecord",
    "Clock",
    "Environment",
    "Host",
    "ImageRecord",
    "Isolation",
    "Measurement",
    "ProbeAnswer",
    "Run",
    "RunFolder",
    "Settle",
    "Status",
    "Unit",
    "find_run",
    "load_run",
    "newest_runs",
]
