"""What a run keeps: the schema, the run folder, and the facts about the host."""

from ringside.store.folder import RunFolder, find_run, load_run
from ringside.store.schema import (
    BootRecord,
    Clock,
    Environment,
    Host,
    ImageRecord,
    Measurement,
    Run,
    Settle,
    Status,
    Unit,
)

__all__ = [
    "BootRecord",
    "Clock",
    "Environment",
    "Host",
    "ImageRecord",
    "Measurement",
    "Run",
    "RunFolder",
    "Settle",
    "Status",
    "Unit",
    "find_run",
    "load_run",
]
