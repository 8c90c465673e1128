"""Scaling results as data: the rate of 1, 2 and 4 tasks on each kernel, and their efficiency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import geometric_mean

from ringside.catalog.model import Kernel
from ringside.report import plots, text
from ringside.report.latency import Column, columns_of
from ringside.report.plots import kernel_colors
from ringside.stats.rate import Rate, efficiency, rate_of
from ringside.store.schema import Measurement, Run, Status

# Suffixes of the two variants of a workload.
KINDS = ("processes", "threads")
_MEANING = {
    "instructions": "operations per million instructions of all CPUs; efficiency is the cost of an "
    "operation with one task over that with N",
    "ns": "operations per second; efficiency is that rate over N times the rate of one task",
}


@dataclass(frozen=True)
class Cell:
    """A workload with a number of tasks on one kernel; no rate without a result."""

    status: Status | None
    rate: Rate | None = None
    efficiency: float | None = None

    @property
    def description(self) -> str:
        """The rate for a reader, or the word that stands in its place."""
        return text.cost(self.rate.value) if self.rate else self.status or "not run"

    @property
    def efficiency_text(self) -> str:
        """The efficiency as a percentage; empty if there is none."""
        return "" if self.efficiency is None else f"{self.efficiency * 100:.0f} %"

    @property
    def tint(self) -> str:
        """The colour of the efficiency: orange from a loss of 10 %."""
        if self.efficiency is None or self.efficiency >= 0.9:
            return ""
        return "up1" if self.efficiency >= 0.75 else "up2" if self.efficiency >= 0.5 else "up3"


@dataclass(frozen=True)
class Row:
    """One workload on one kernel, with a cell per number of tasks."""

    workload: str
    op: str
    column: Column
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Scaling:
    """The scaling results of a run; `means` are geometric means of efficiencies, by kernel and
    variant."""

    unit: str
    meaning: str
    tasks: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    means: tuple[tuple[Column, str, tuple[float | None, ...]], ...]


def build(run: Run, kernels: Sequence[Kernel]) -> Scaling:
    """The scaling results of a run; no rows if it has none."""
    columns = columns_of(run, kernels)
    measured = {(_family(m), m.kernel, m.tasks): m for m in run.measurements if m.tasks}
    families = tuple(dict.fromkeys(family for family, _, _ in measured))
    tasks = tuple(sorted({number for _, _, number in measured}))
    rows = []
    for family in families:
        for column in columns:
            found = [measured.get((family, column.id, number)) for number in tasks]
            op = next((m.op for m in found if m is not None and m.op), "")
            cells = tuple(_cell(found[0], m) for m in found)
            rows.append(Row(text.plain(family), text.plain(op), column, cells))
    exact = run.environment.clock == "exact"
    return Scaling(
        unit="op/Minstr" if exact else "op/s",
        meaning=_MEANING["instructions" if exact else "ns"],
        tasks=tasks,
        columns=columns,
        rows=tuple(rows),
        means=_means(rows, columns, len(tasks)),
    )


def _family(measurement: Measurement) -> str:
    return measurement.workload.rpartition("/")[0]


def _cell(one: Measurement | None, m: Measurement | None) -> Cell:
    if m is None:
        return Cell(None)
    if m.status != "ok":
        return Cell(m.status)
    single = one if one is not None and one.status == "ok" and one.tasks == 1 else None
    return Cell("ok", rate_of(m), efficiency(single, m) if single else None)


def _means(
    rows: Sequence[Row], columns: Sequence[Column], places: int
) -> tuple[tuple[Column, str, tuple[float | None, ...]], ...]:
    found = []
    for column in columns:
        for kind in KINDS:
            mine = [r for r in rows if r.column == column and r.workload.endswith(f"_{kind}")]
            if mine:
                found.append((column, kind, tuple(_mean(mine, place) for place in range(places))))
    return tuple(found)


def _mean(rows: Sequence[Row], place: int) -> float | None:
    found = [e for row in rows if (e := row.cells[place].efficiency)]
    return geometric_mean(found) if found else None


def script(scaling: Scaling) -> str:
    """The gnuplot script of mean efficiency over tasks, with a line per kernel and variant."""
    colors = dict(zip(scaling.columns, kernel_colors(scaling.columns), strict=True))
    names = tuple(f"{column.name}, {kind}" for column, kind, _ in scaling.means)
    canvas = plots.Canvas(
        width=720.0, height=400.0, left=72.0, right=24.0, bottom=58.0, names=names
    )
    tics = ", ".join(f"'{number}' {number}" for number in scaling.tasks)
    lines = [
        *canvas.opening("Efficiency, geometric mean over the workloads (100 %: no loss)"),
        "set logscale x 2",
        f"set xrange [{min(scaling.tasks) / 1.1:g}:{max(scaling.tasks) * 1.1:g}]",
        "set yrange [0:*]",
        "set format y '%.0f %%'",
        "set xlabel 'tasks, each on its own CPU'",
        f"set xtics nomirror out ({tics})",
        "set ytics nomirror out",
        "set border 3",
        "unset key",
        "set grid ytics lt 1 lw 0.5 lc rgb '#8a8a8a'",
    ]
    lines += canvas.legend([colors[column] for column, _, _ in scaling.means])
    drawn = []
    for place, (column, kind, means) in enumerate(scaling.means):
        points = [
            (number, mean * 100)
            for number, mean in zip(scaling.tasks, means, strict=True)
            if mean is not None
        ]
        if points:
            lines += [f"$k{place} << EOD", *(f"{x} {y:.6g}" for x, y in points), "EOD"]
            dash = "dt 2 pt 6" if kind == KINDS[1] else "dt 1 pt 7"
            drawn.append(
                f"$k{place} using 1:2 with linespoints lw 2 {dash} ps 0.6"
                f" lc rgb '{colors[column]}' notitle"
            )
    return "\n".join([*lines, "plot " + ", ".join(drawn)]) + "\n"
