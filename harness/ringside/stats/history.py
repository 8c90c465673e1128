"""The history of the exact costs of one kernel."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import geometric_mean

from ringside.errors import JudgeError
from ringside.stats.baseline import HASH_DIGITS
from ringside.stats.model import Baseline, header_of
from ringside.stats.summary import exact_cost
from ringside.store.schema import Run


@dataclass(frozen=True)
class Cost:
    """Instructions per operation, and the start of the SHA-256 of the ELF."""

    value: Fraction
    elf: str


@dataclass(frozen=True)
class Reading:
    """The costs of all workloads at one time.

    `where` names the run or commit. `conditions` must be equal for readings to be comparable.
    """

    at: datetime.datetime
    where: str
    conditions: Mapping[str, str]
    costs: Mapping[str, Cost]


@dataclass(frozen=True)
class Point:
    """One cost in a series."""

    reading: Reading
    value: Fraction


@dataclass(frozen=True)
class Series:
    """The costs of one workload, oldest first; never empty."""

    workload: str
    points: tuple[Point, ...]

    @property
    def change(self) -> float | None:
        """The ratio of the last cost to the first; None unless the first is positive."""
        first, last = self.points[0].value, self.points[-1].value
        return float(last / first) if first > 0 else None

    @property
    def last_step(self) -> tuple[Point, Point] | None:
        """The last two adjacent points that differ; None if all are equal."""
        for before, after in reversed(list(zip(self.points, self.points[1:], strict=False))):
            if before.value != after.value:
                return before, after
        return None


@dataclass(frozen=True)
class History:
    """Series sorted by workload, from `readings`, oldest first. `left_out` counts the readings that
    are not comparable, by reason."""

    kernel: str
    readings: tuple[Reading, ...]
    series: tuple[Series, ...]
    left_out: Mapping[str, int]

    @property
    def mean(self) -> tuple[float, int] | None:
        """The geometric mean of all changes and their number; None without changes."""
        found = [s.change for s in self.series if len(s.points) > 1 and s.change]
        return (geometric_mean(found), len(found)) if found else None


def of_run(run: Run, kernel: str, where: str) -> Reading | None:
    """The costs of a kernel in a run; None if the run has none or did not use the exact clock."""
    if run.environment.clock != "exact" or kernel not in run.kernels:
        return None
    costs = {
        m.workload: Cost(exact_cost(m), m.elf_sha256[:HASH_DIGITS])
        for m in run.measurements
        if m.kernel == kernel and m.status == "ok" and m.ticks and m.iterations
    }
    conditions = {**header_of(run, kernel), "isolation": run.isolation}
    return Reading(run.environment.started, where, conditions, costs) if costs else None


def of_baseline(baseline: Baseline, at: datetime.datetime, where: str) -> Reading:
    """The costs in a baseline."""
    costs = {
        name: Cost(Fraction(entry.ticks, entry.iterations), entry.elf)
        for name, entry in baseline.entries.items()
        if entry.ticks is not None and entry.iterations
    }
    return Reading(at, where, baseline.header, costs)


def history(kernel: str, readings: Sequence[Reading]) -> History:
    """Join readings to series.

    Readings whose conditions differ from those of the newest one are left out, as are a workload's
    costs with a different ELF. Raises JudgeError if there is no reading.
    """
    if not readings:
        raise JudgeError(
            f"no exact costs of {kernel} are stored: "
            f"run `ringside compare --clock exact --kernels {kernel}`"
        )
    ordered = sorted(readings, key=lambda reading: reading.at)
    newest = ordered[-1].conditions
    left_out: Counter[str] = Counter()
    comparable: list[Reading] = []
    for reading in ordered:
        other = [key for key, value in newest.items() if reading.conditions.get(key) != value]
        if other:
            had = reading.conditions.get(other[0], "unknown")
            left_out[f"{other[0]}: {had}, and {newest[other[0]]} now"] += 1
        else:
            comparable.append(reading)
    names = sorted({name for reading in comparable for name in reading.costs})
    series = tuple(_series(name, comparable) for name in names)
    return History(kernel, tuple(comparable), series, dict(left_out))


def _series(workload: str, readings: Sequence[Reading]) -> Series:
    measured = [reading for reading in readings if workload in reading.costs]
    elf = measured[-1].costs[workload].elf
    points = (Point(reading, reading.costs[workload].value) for reading in measured)
    return Series(workload, tuple(p for p in points if p.reading.costs[workload].elf == elf))
