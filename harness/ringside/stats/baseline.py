"""The baseline file: the cost of each workload on one kernel, as text for review.

A header of `key: value` lines gives the conditions of the counts, followed by one line per
workload, sorted by name. For a workload that is absent on the kernel the numbers are `absent`. Runs
are judged against a baseline in `ringside.stats.judge`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from ringside.errors import JudgeError
from ringside.stats.judge import Verdict, judge
from ringside.stats.model import FORMAT, HEADER_KEYS, Baseline, Entry, header_of
from ringside.stats.summary import median_ticks
from ringside.store.schema import Measurement, Run

__all__ = ["Baseline", "Entry", "Verdict", "dump", "judge", "load", "parse"]

ABSENT = "absent"
HASH_DIGITS = 12

_COLUMNS = ("# workload", "ticks", "iterations", "per-op", "elf")
_NAME = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+")
_ELF = re.compile(rf"[0-9a-f]{{{HASH_DIGITS}}}")


def dump(run: Run, kernel: str | None = None) -> str:
    """The baseline of one kernel of a run, as text.

    `kernel` may be omitted if the run has only one. Raises JudgeError if the run can't be a
    baseline: a sampled clock, interrupted, or with a failed workload.
    """
    header = header_of(run, kernel)
    if header["clock"] != "exact":
        raise JudgeError(
            f"a baseline needs exact counts, but this run used the {header['clock']} clock: "
            "use --clock exact"
        )
    if not run.complete:
        raise JudgeError("the run was interrupted: repeat it to create a baseline")
    rows = []
    for measurement in sorted(run.measurements, key=lambda m: m.workload):
        if measurement.kernel == header["kernel"]:
            rows.append(_row(measurement))
    if not rows:
        raise JudgeError(
            f"the run measured nothing on {header['kernel']}: a baseline can't be created"
        )
    lines = [
        f"# The cost of each workload on {header['kernel']}. Compare a run with it with",
        "# `ringside check`, rewrite it with `ringside check --update`, and review the diff.",
        *(f"{key}: {header[key]}" for key in HEADER_KEYS),
        "",
        *_aligned([_COLUMNS, *rows]),
    ]
    return "\n".join(lines) + "\n"


def _row(measurement: Measurement) -> tuple[str, ...]:
    name, elf = measurement.workload, measurement.elf_sha256[:HASH_DIGITS]
    if not _NAME.fullmatch(name) or not _ELF.fullmatch(elf):
        raise JudgeError(f"{name!r} can't be written to a baseline: its name or hash is malformed")
    if measurement.status == "absent":
        return (name, ABSENT, ABSENT, ABSENT, elf)
    if measurement.status != "ok":
        raise JudgeError(
            f"{name} ended as {measurement.status}: fix it first, a baseline contains only working "
            "workloads"
        )
    ticks, iterations = median_ticks(measurement), measurement.iterations
    return (name, str(ticks), str(iterations), per_op(ticks, iterations), elf)


def per_op(ticks: int, iterations: int) -> str:
    """Ticks per operation with two decimals, for display."""
    hundredths = round(Fraction(ticks * 100, iterations))
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows as text, the first and last columns left-aligned and the others right-aligned."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for name, *numbers, elf in rows:
        middle = (cell.rjust(width) for cell, width in zip(numbers, widths[1:-1], strict=True))
        lines.append("  ".join((name.ljust(widths[0]), *middle, elf)))
    return lines


def load(path: Path) -> Baseline:
    """Load a baseline file. Raises JudgeError with the file and line of an error."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise JudgeError(
            f"{path}: no baseline yet: create one with `ringside check --update`"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise JudgeError(f"{path}: can't be read as a baseline: {error}") from error
    return parse(text, str(path))


def parse(text: str, where: str) -> Baseline:
    """Parse a baseline. Raises JudgeError; `where` names the text in errors."""
    header: dict[str, str] = {}
    entries: dict[str, Entry] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        place = f"{where}:{number}"
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        key, colon, value = content.partition(": ")
        if colon and not entries and key in HEADER_KEYS:
            if key in header:
                raise JudgeError(f"{place}: a second `{key}:` line")
            if key == "format" and value.strip() != FORMAT:
                raise JudgeError(f"{place}: format {value.strip()} is not {FORMAT}, make it anew")
            header[key] = value.strip()
            continue
        entry = _entry(content, place)
        if entry.workload in entries:
            raise JudgeError(f"{place}: a second line of {entry.workload}")
        entries[entry.workload] = entry
    missing = [key for key in HEADER_KEYS if key not in header]
    if missing:
        raise JudgeError(f"{where}: no `{missing[0]}:` line in the header")
    if not entries:
        raise JudgeError(f"{where}: no workload in it: rewrite it with `ringside check --update`")
    return Baseline(header=header, entries=entries)


def _entry(content: str, place: str) -> Entry:
    cells = content.split()
    if len(cells) != len(_COLUMNS):
        raise JudgeError(
            f"{place}: expected `key: value` of the header, or a workload with ticks, iterations, "
            f"per-op and ELF hash; got {content[:60]!r}"
        )
    name, ticks, iterations, _, elf = cells
    if not _NAME.fullmatch(name):
        raise JudgeError(f"{place}: expected a workload as group/name, got {name[:60]!r}")
    if not _ELF.fullmatch(elf):
        raise JudgeError(f"{place}: expected {HASH_DIGITS} hexadecimal digits of the ELF's SHA-256")
    if ticks == iterations == ABSENT:
        return Entry(name, None, None, elf)
    for cell in (ticks, iterations):
        if not re.fullmatch(r"[0-9]{1,20}", cell):
            raise JudgeError(f"{place}: expected an integer, got {cell[:60]!r}")
    if int(iterations) == 0:
        raise JudgeError(f"{place}: iterations must be above zero")
    return Entry(name, int(ticks), int(iterations), elf)
