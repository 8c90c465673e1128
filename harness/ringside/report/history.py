"""How costs went over time: a table for a terminal, a chart, and lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ringside.errors import ReportError
from ringside.report import plots, text
from ringside.stats.history import History, Series
from ringside.stats.ratio import percent

_BARS = "\N{LOWER ONE EIGHTH BLOCK}▂▃▄▅▆▇\N{FULL BLOCK}"
# Points of the course of a line, and of labels under a chart, that a reader can still follow.
_COURSE = 12
_LABELS = 8


def shown(found: History, name: str) -> RenderableType:
    """A row for each line that has moved, then what all of it comes to."""
    moved = [line for line in found.series if line.last_step is not None]
    parts: list[RenderableType] = [_table(moved, name), ""] if moved else []
    first, last = found.readings[0], found.readings[-1]
    number = len(found.readings)
    span = f" from {first.at:%Y-%m-%d %H:%M} to {last.at:%Y-%m-%d %H:%M}" if number > 1 else ""
    still = len(found.series) - len(moved)
    said = f"{text.plain(name)}: {number} reading{'s' * (number != 1)}{span}"
    said += f"; {len(moved)} workloads changed, {still} did not" if number > 1 else ""
    if found.mean is not None:
        said += (
            f"; geometric mean of {found.mean[1]} costs {text.ratio(found.mean[0])} of the first"
        )
    parts.append(Text(said))
    parts += [
        Text(f"{count} left out, {text.plain(why)}", style="yellow")
        for why, count in sorted(found.left_out.items())
    ]
    return Group(*parts)


def _table(lines: Sequence[Series], name: str) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(Text(text.plain(name)), overflow="fold")
    for heading in ("first", "now", "change"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("course", no_wrap=True)
    table.add_column("last changed", no_wrap=True)
    for line in lines:
        change, step = line.change, line.last_step
        table.add_row(
            Text(text.plain(line.workload)),
            text.cost(float(line.points[0].value)),
            text.cost(float(line.points[-1].value)),
            Text(_signed(change), style=_style(change)),
            course([float(point.value) for point in line.points]),
            f"{step[1].reading.at:%m-%d %H:%M}" if step else "",
        )
    return table


def _signed(ratio: float | None) -> str:
    if ratio is None:
        return text.NO_VALUE
    if ratio == 1:
        return "0 %"
    return f"{'+' if ratio > 1 else chr(0x2212)}{percent(abs(ratio - 1))}"


def _style(ratio: float | None) -> str:
    return "" if ratio is None or ratio == 1 else "bold red" if ratio > 1 else "cyan"


def course(values: Sequence[float]) -> str:
    """Values as bars of eight heights, from their least to their greatest; of many values some,
    evenly apart, the first and the last among them."""
    if len(values) > _COURSE:
        apart = (len(values) - 1) / (_COURSE - 1)
        values = [values[round(place * apart)] for place in range(_COURSE)]
    low, high = min(values), max(values)
    top = len(_BARS) - 1
    return "".join(
        _BARS[round((v - low) / (high - low) * top) if high > low else 0] for v in values
    )


def json_lines(found: History) -> str:
    """One object a line for each cost: kernel, workload, at, where, instructions, elf."""
    rows = (
        {
            "kernel": found.kernel,
            "workload": line.workload,
            "at": point.reading.at.isoformat(),
            "where": point.reading.where,
            "instructions": float(point.value),
            "elf": point.reading.costs[line.workload].elf,
        }
        for line in found.series
        for point in line.points
    )
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def script(found: History, name: str) -> str:
    """The gnuplot script of the lines, each relative to its first cost, a step at each reading.

    Raises ReportError when there are more lines than colours, or nothing to draw.
    """
    lines = [line for line in found.series if len(line.points) > 1 and line.points[0].value > 0]
    if not lines:
        raise ReportError("a chart needs a workload with at least two measurements")
    if len(lines) > len(plots.KERNELS):
        raise ReportError(
            f"a chart has {len(plots.KERNELS)} lines at most, not {len(lines)}: name the workloads"
        )
    canvas = plots.Canvas(
        width=760.0,
        height=400.0,
        left=72.0,
        right=32.0,
        bottom=72.0,
        names=tuple(line.workload for line in lines),
    )
    readings = found.readings
    places = {id(reading): place for place, reading in enumerate(readings, 1)}
    apart = -(-len(readings) // _LABELS)
    labelled = [(readings[i].at, i + 1) for i in range(0, len(readings), apart)]
    tics = ", ".join(f"{plots.quote(f'{at:%m-%d %H:%M}')} {place}" for at, place in labelled)
    parts = [
        *canvas.opening(f"{text.plain(name)}: cost relative to the first reading"),
        f"set xrange [0.7:{len(readings) + 0.3:g}]",
        "set format y '%.2f'",
        f"set xlabel 'readings, {len(readings)} in all'",
        f"set xtics nomirror out ({tics})",
        "set ytics nomirror out",
        "set border 3",
        "unset key",
        "set grid ytics lt 1 lw 0.5 lc rgb '#8a8a8a'",
    ]
    colors = plots.KERNELS[: len(lines)]
    parts += canvas.legend(colors)
    drawn = []
    for number, (line, color) in enumerate(zip(lines, colors, strict=True)):
        first = line.points[0].value
        points = (f"{places[id(p.reading)]} {float(p.value / first):.8g}" for p in line.points)
        parts += [f"$k{number} << EOD", *points, "EOD"]
        drawn.append(
            f"$k{number} using 1:2 with linespoints lw 2 pt 7 ps 0.5 lc rgb '{color}' notitle"
        )
    return "\n".join([*parts, "plot " + ", ".join(drawn)]) + "\n"
