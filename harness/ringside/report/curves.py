"""Curves of the cost of an operation, or of the rate of a workload, over a parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ringside.catalog.facts import parameter_values
from ringside.errors import CatalogError
from ringside.report import plots
from ringside.report.latency import Cell, Latency, Row

# A curve needs at least this many points.
POINTS_MIN = 4


@dataclass(frozen=True)
class Curve:
    """The rows of one workload. `xs` are the values of the number in the parameter that varies, or
    indices if several do; `ticks` are their labels."""

    workload: str
    axis: str
    rows: tuple[Row, ...]
    xs: tuple[float, ...]
    ticks: tuple[str, ...]
    logarithmic: bool

    @property
    def rate(self) -> str | None:
        """The unit of the rate that is drawn, or None for costs."""
        return next((cell.rate.unit for row in self.rows for cell in row.cells if cell.rate), None)

    def value(self, cell: Cell) -> float | None:
        """The value of a cell that is drawn."""
        if self.rate is None:
            return cell.cost
        return None if cell.rate is None else cell.rate.value


def find(table: Latency) -> tuple[Curve, ...]:
    """The curves that the table has enough points for, in its order."""
    families: dict[str, list[Row]] = {}
    for row in table.rows:
        name, _, parameter = row.workload.rpartition("/")
        if "/" in name and parameter and any(cell.cost is not None for cell in row.cells):
            families.setdefault(name, []).append(row)
    found = []
    for name, rows in families.items():
        if len(rows) >= POINTS_MIN:
            curve = _curve(name, rows)
            if curve is not None:
                found.append(curve)
    return tuple(found)


def _curve(name: str, rows: Sequence[Row]) -> Curve | None:
    ticks = tuple(row.workload.rpartition("/")[2] for row in rows)
    try:
        values = [parameter_values(tick) for tick in ticks]
    except CatalogError:
        return None
    axis = next((row.axis for row in rows if row.axis), "parameter")
    changing = [
        place
        for place in range(min(len(value) for value in values))
        if len({value[place] for value in values}) > 1
    ]
    numeric = len(changing) == 1 and len({len(value) for value in values}) == 1
    if numeric:
        xs = tuple(float(value[changing[0]]) for value in values)
        ticks = tuple(tick.split("x")[changing[0]] for tick in ticks)
    else:
        xs = tuple(float(place) for place in range(1, len(rows) + 1))
    return Curve(name, axis, tuple(rows), xs, ticks, logarithmic=numeric and min(xs) > 0)


def script(curve: Curve, table: Latency) -> str:
    """A gnuplot script; both axes are logarithmic if the parameter is a number."""
    names = [column.name for column in table.columns]
    canvas = plots.Canvas(
        width=720.0, height=400.0, left=92.0, right=24.0, bottom=64.0, names=tuple(names)
    )
    unit = "instructions" if table.unit == "instructions" else "nanoseconds"
    what = f"{unit} per operation" if curve.rate is None else f"{curve.rate}, more is better"
    lines = [
        *canvas.opening(f"{curve.workload}: {what}"),
        "set logscale y 10",
        "set format y '%.0s%c'",
        f"set xlabel {plots.quote(curve.axis)}",
        f"set xtics nomirror out ({_tics(curve)})",
        "set ytics nomirror out",
        "set border 3",
        "unset key",
        "set grid ytics lt 1 lw 0.5 lc rgb '#8a8a8a'",
    ]
    if curve.logarithmic:
        lines.append("set logscale x 10")
        lines.append(f"set xrange [{min(curve.xs) / 1.2:.10g}:{max(curve.xs) * 1.2:.10g}]")
    else:
        lines.append(f"set xrange [{min(curve.xs) - 0.3:g}:{max(curve.xs) + 0.3:g}]")
    colors = plots.kernel_colors(table.columns)
    lines += canvas.legend(colors)
    drawn = []
    for place, color in enumerate(colors):
        points = sorted(
            (x, value)
            for x, row in zip(curve.xs, curve.rows, strict=True)
            if (value := curve.value(row.cells[place])) is not None and value > 0
        )
        if points:
            lines += [f"$k{place} << EOD", *(f"{x:.10g} {y:.10g}" for x, y in points), "EOD"]
            drawn.append(
                f"$k{place} using 1:2 with linespoints lw 2 pt 7 ps 0.6 lc rgb '{color}' notitle"
            )
    return "\n".join([*lines, "plot " + ", ".join(drawn)]) + "\n"


def _tics(curve: Curve) -> str:
    pairs = zip(curve.ticks, curve.xs, strict=True)
    return ", ".join(f"{plots.quote(tick)} {x:.10g}" for tick, x in pairs)
