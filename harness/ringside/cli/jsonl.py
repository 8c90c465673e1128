"""Results as JSON lines, one per kernel and workload."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ringside.errors import StoreError
from ringside.stats.rate import rate_of
from ringside.store import Run

_FIELDS = (
    "kernel",
    "workload",
    "group",
    "op",
    "clock",
    "unit",
    "value",
    "samples",
    "counts",
    "rate",
    "rate_unit",
    "tasks",
    "iterations",
    "overhead",
    "elf_sha256",
    "status",
    "detail",
)


def json_lines(run: Run) -> str:
    """One JSON object per line, with keys in a fixed order."""
    lines = []
    for measurement in run.measurements:
        data = measurement.model_dump(mode="json")
        rate = rate_of(measurement)
        data["rate"] = rate.value if rate else None
        data["rate_unit"] = rate.unit if rate else None
        lines.append(json.dumps({key: data[key] for key in _FIELDS}))
    return "".join(f"{line}\n" for line in lines)


def check_json(file: str) -> None:
    """Check before the run that the file can be written. Raises StoreError."""
    if file == "-":
        return
    try:
        with Path(file).open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise StoreError(f"--json {file}: {error.strerror}") from error


def write_json(run: Run, file: str) -> None:
    """Write `json_lines` of a run as `write_lines` does."""
    write_lines(json_lines(run), file)


def write_lines(text: str, file: str) -> None:
    """Write text to a file, or to standard output for `-`. Raises StoreError."""
    if file == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"--json {file}: {error.strerror}") from error
