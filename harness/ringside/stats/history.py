"""How the exact costs of one kernel went from one reading to the next."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import geometric_mean

from ringside.errors import JudgeError
from ringside.stats.model import Baseline, header_of
from ringside.stats.summary import exact_cost
from ringside.store.schema import Run

# How much of an ELF's SHA-256 a baseline has.
_ELF = 12


@dataclass(frozen=True)
class Cost:
    """Instructions of one operation, and the start of the SHA-256 of the ELF that was run."""

    value: Fraction
    elf: str


@dataclass(frozen=True)
class Reading:
    """All costs by workload that were read at one time. `where` names the run or the commit, and
    `conditions` are the facts that must be equal for two readings to stand in one line."""

    at: datetime.datetime
    where: str
    conditions: Mapping[str, str]
    costs: Mapping[str, Cost]


@dataclass(frozen=True)
class Point:
    """One cost of a line."""

    reading: Reading
    value: Fraction


@dataclass(frozen=True)
class Line:
    """One workload's costs, the oldest first: at least one point."""

    workload: str
    points: tuple[Point, ...]

    @property
    def change(self) -> float | None:
        """The last cost over the first; none where the first is no cost above zero."""
        first, last = self.points[0].value, self.points[-1].value
        return float(last / first) if first > 0 else None

    @property
    def last_step(self) -> tuple[Point, Point] | None:
        """The last two neighbours that differ; none where all are equal."""
        for before, after in reversed(list(zip(self.points, self.points[1:], strict=False))):
            if before.value != after.value:
                return before, after
        return None


@dataclass(frozen=True)
class History:
    """Lines sorted by workload, of `readings`, the oldest first; `left_out` counts the readings
    that stand in no line by the reason why."""

    kernel: str
    readings: tuple[Reading, ...]
    lines: tuple[Line, ...]
    left_out: Mapping[str, int]

    @property
    def mean(self) -> tuple[float, int] | None:
        """The geometric mean of all changes, and of how many; none without any."""
        found = [line.change for line in self.lines if len(line.points) > 1 and line.change]
        return (geometric_mean(found), len(found)) if found else None


def of_run(run: Run, kernel: str, where: str) -> Reading | None:
    """The costs of a kernel in a run; none where the run has none, or counted something else than
    instructions."""
    if run.environment.clock != "exact" or kernel not in run.kernels:
        return None
    costs = {
        m.workload: Cost(exact_cost(m), m.elf_sha256[:_ELF])
        for m in run.measurements
        if m.kernel == kernel and m.status == "ok" and m.ticks and m.iterations
    }
    conditions = {**header_of(run, kernel), "isolation": run.isolation}
    return Reading(run.environment.started, where, conditions, costs) if costs else None


def of_baseline(baseline: Baseline, at: datetime.datetime, where: str) -> Reading:
    """The costs that a baseline holds."""
    costs = {
        name: Cost(Fraction(entry.ticks, entry.iterations), entry.elf)
        for name, entry in baseline.entries.items()
        if entry.ticks is not None and entry.iterations
    }
    return Reading(at, where, baseline.header, costs)


def history(kernel: str, readings: Sequence[Reading]) -> History:
    """Join readings to lines. The newest one decides what the others are compared with: those made
    under other conditions are left out, and of a workload the costs of another ELF.

    Raises JudgeError when there is no reading.
    """
    if not readings:
        raise JudgeError(
            f"no exact costs of {kernel} are stored: "
            f"run `ringside compare --clock exact --kernels {kernel}`"
        )
    ordered = sorted(readings, key=lambda reading: reading.at)
    newest = ordered[-1].conditions
    left_out: Counter[str] = Counter()
    kept: list[Reading] = []
    for reading in ordered:
        other = [key for key, value in newest.items() if reading.conditions.get(key) != value]
        if other:
            had = reading.conditions.get(other[0], "unknown")
            left_out[f"{other[0]}: {had}, and {newest[other[0]]} now"] += 1
        else:
            kept.append(reading)
    names = sorted({name for reading in kept for name in reading.costs})
    lines = tuple(_line(name, kept) for name in names)
    return History(kernel, tuple(kept), lines, dict(left_out))


def _line(workload: str, readings: Sequence[Reading]) -> Line:
    having = [reading for reading in readings if workload in reading.costs]
    elf = having[-1].costs[workload].elf
    points = (Point(reading, reading.costs[workload].value) for reading in having)
    return Line(workload, tuple(p for p in points if p.reading.costs[workload].elf == elf))
