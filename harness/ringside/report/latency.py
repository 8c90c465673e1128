"""The latency table as data, shared by all output formats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import geometric_mean
from typing import Literal

from ringside.catalog.model import Kernel
from ringside.report import text
from ringside.stats.rate import Rate, rate_of
from ringside.stats.ratio import Ratio, Side, compare
from ringside.stats.summary import summarize
from ringside.store.schema import Measurement, Run, Status, Unit

# The cost relative to the reference: cheaper, even (within 1 %) or more expensive, in steps.
Tint = Literal["down3", "down2", "down1", "even", "up1", "up2", "up3"]


@dataclass(frozen=True)
class Cell:
    """One workload on one kernel. `cost` is in the table's unit, None without a result. `rate` is
    shown instead if the workload counts something."""

    status: Status | None
    cost: float | None = None
    spread: float | None = None
    ratio: Ratio | None = None
    why_no_ratio: str | None = None
    is_reference: bool = False
    rate: Rate | None = None

    @property
    def tint(self) -> Tint | None:
        """The colour of the ratio; None without a ratio, and for the reference."""
        if self.ratio is None or self.is_reference:
            return None
        if self.ratio.answer in ("same", "undecided"):
            return "even"
        return _tint(self.ratio.cost)

    @property
    def cost_text(self) -> str:
        """The cost or rate for display, or the status if there is none."""
        if self.rate is not None:
            return f"{text.cost(self.rate.value)} {self.rate.unit}"
        if self.cost is not None:
            return text.cost(self.cost)
        return self.status or "not run"

    @property
    def ratio_text(self) -> str:
        """The ratio for display; empty without a ratio, and for the reference."""
        return text.ratio(self.ratio.value) if self.ratio and not self.is_reference else ""

    @property
    def spread_text(self) -> str:
        """The spread for display; empty without a cost."""
        return text.spread(self.spread) if self.cost is not None else ""

    @property
    def description(self) -> str:
        """The comparison in words, for a title or a screen reader."""
        if self.is_reference:
            return "the reference"
        if self.ratio is None:
            return f"no ratio: {self.why_no_ratio}" if self.why_no_ratio else ""
        words = self.ratio.text()
        if self.ratio.low is not None and self.ratio.high is not None:
            words += f" (99 % interval {self.ratio.low:.3f} to {self.ratio.high:.3f}"
            words += f", p = {self.ratio.p:.2g})" if self.ratio.p is not None else ")"
        return words


@dataclass(frozen=True)
class Column:
    """One kernel of the run."""

    id: str
    name: str
    is_reference: bool


@dataclass(frozen=True)
class Row:
    """One workload, with a cell per column; `axis` is what its parameter is."""

    workload: str
    group: str
    op: str
    cells: tuple[Cell, ...]
    axis: str = ""

    @property
    def name(self) -> str:
        """The workload's name without its group."""
        return self.workload.removeprefix(f"{self.group}/")

    @property
    def absent_everywhere(self) -> bool:
        """Whether no kernel supports what the workload needs."""
        return all(cell.status == "absent" for cell in self.cells)


@dataclass(frozen=True)
class Mean:
    """Geometric means of each column's cost ratios, over the `rows` rows where every column has
    one."""

    values: tuple[float | None, ...]
    rows: int


@dataclass(frozen=True)
class Latency:
    """The whole table. Rows are sorted by group, then in run order."""

    unit: Unit
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    mean: Mean

    @property
    def reference(self) -> Column | None:
        """The column that ratios are relative to."""
        return next((column for column in self.columns if column.is_reference), None)

    def groups(self) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        """The rows by group, in order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.group, []).append(row)
        return tuple((name, tuple(rows)) for name, rows in found.items())


def _tint(value: float) -> Tint:
    steps = abs(math.log2(value)) if value > 0 else math.inf
    if steps < math.log2(1.01):
        return "even"
    if value < 1:
        return "down1" if steps < 0.32 else "down2" if steps < 1 else "down3"
    return "up1" if steps < 0.32 else "up2" if steps < 1 else "up3"


def column_order(run: Run, kernels: Sequence[Kernel]) -> tuple[str, ...]:
    """The ids of the run's kernels, in catalog order."""
    known = {kernel.id: kernel for kernel in kernels}

    def place(kernel_id: str) -> tuple[int, int]:
        order = known[kernel_id].order if kernel_id in known else 1000
        return (order, run.kernels.index(kernel_id))

    return tuple(sorted(dict.fromkeys(run.kernels), key=place))


def build(run: Run, kernels: Sequence[Kernel]) -> Latency:
    """The latency table of a run, without scaling workloads, which are in `report.scaling`.
    `kernels` determines the names and order of the columns."""
    columns = columns_of(run, kernels)
    measured = {(m.workload, m.kernel): m for m in run.measurements}
    scaling = {m.workload for m in run.measurements if m.tasks}
    workloads = dict.fromkeys((*run.workloads, *(m.workload for m in run.measurements)))
    rows = [_row(run, name, columns, measured) for name in workloads if name not in scaling]
    order = {name: index for index, name in enumerate(sorted({row.group for row in rows}))}
    rows.sort(key=lambda row: order[row.group])
    unit: Unit = "instructions" if run.environment.clock == "exact" else "ns"
    return Latency(unit, columns, tuple(rows), _mean(rows, len(columns)))


def columns_of(run: Run, kernels: Sequence[Kernel]) -> tuple[Column, ...]:
    """A column per kernel of the run, with the names and order of the catalog."""
    known = {kernel.id: kernel for kernel in kernels}
    return tuple(
        Column(
            id=kernel_id,
            name=text.plain(known[kernel_id].name if kernel_id in known else kernel_id),
            is_reference=kernel_id == run.reference,
        )
        for kernel_id in column_order(run, kernels)
    )


def _row(
    run: Run,
    workload: str,
    columns: Sequence[Column],
    measured: Mapping[tuple[str, str], Measurement],
) -> Row:
    there = [measured[workload, c.id] for c in columns if (workload, c.id) in measured]
    best = next((m for m in there if m.status == "ok"), there[0] if there else None)
    return Row(
        workload=text.plain(workload),
        group=text.plain(best.group) if best else text.plain(workload.partition("/")[0]),
        op=text.plain(best.op) if best else "",
        cells=tuple(_cell(run, workload, column, measured) for column in columns),
        axis=text.plain(best.axis) if best else "",
    )


def _cell(
    run: Run,
    workload: str,
    column: Column,
    measured: Mapping[tuple[str, str], Measurement],
) -> Cell:
    measurement = measured.get((workload, column.id))
    if measurement is None:
        return Cell(None, is_reference=column.is_reference)
    if measurement.status != "ok" or measurement.value is None or not measurement.samples:
        status = measurement.status if measurement.status != "ok" else "torn"
        return Cell(status, is_reference=column.is_reference)
    found: Ratio | None = None
    why: str | None = None
    reference = measured.get((workload, run.reference)) if run.reference else None
    if reference is None:
        why = "the reference was not measured"
    else:
        answer = compare(
            Side(run.environment_of(column.id), measurement),
            Side(run.environment_of(reference.kernel), reference),
        )
        if isinstance(answer, Ratio):
            found = answer
        else:
            why = text.plain(answer.reason)
    return Cell(
        status="ok",
        cost=measurement.value,
        spread=summarize(measurement.samples).spread,
        ratio=found,
        why_no_ratio=why,
        is_reference=column.is_reference,
        rate=rate_of(measurement),
    )


def _mean(rows: Sequence[Row], columns: int) -> Mean:
    """Only rows where each column with any ratio has one: others are not comparable."""
    ratios = [[cell.ratio.cost if cell.ratio else 0.0 for cell in row.cells] for row in rows]
    taken = [c for c in range(columns) if any(row[c] > 0 for row in ratios)]
    whole = [row for row in ratios if all(row[c] > 0 for c in taken)]
    if len(whole) < 2 or len(taken) < 2:
        return Mean((None,) * columns, 0)
    means: list[float | None] = [None] * columns
    for c in taken:
        means[c] = geometric_mean(row[c] for row in whole)
    return Mean(tuple(means), len(whole))
