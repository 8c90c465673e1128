"""Draw the report's charts as SVG with gnuplot, from scripts of `ringside.report.plots`."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import ReportError
from ringside.report import curves, plots, scaling
from ringside.report.latency import Latency
from ringside.report.text import UNIT_WORDS, plain

HOW_TO_GET = "no charts, because gnuplot is not installed: run `apt-get install gnuplot-nox`"

_DEADLINE_S = 60


@dataclass(frozen=True)
class Chart:
    """One chart: `name` is the stem of its file; `title` and `description` are its text
    alternatives."""

    name: str
    title: str
    description: str
    svg: str


def draw(table: Latency, scales: scaling.Scaling | None = None) -> tuple[Chart, ...]:
    """The charts for which the tables have data.

    Raises ReportError if gnuplot is missing or fails.
    """
    charts = [
        Chart(
            f"curve-{curve.workload.replace('/', '-')}",
            f"{'Rate' if curve.rate else 'Cost'} of {curve.workload} against {curve.axis}",
            "A line for each kernel, on logarithmic scales.",
            gnuplot(curves.script(curve, table)),
        )
        for curve in curves.find(table)
    ]
    if scales is not None and any(any(means) for _, _, means in scales.means):
        charts.append(
            Chart(
                "scaling",
                "Efficiency of several tasks",
                "A line for each kernel, solid for processes and dashed for threads.",
                gnuplot(scaling.script(scales)),
            )
        )
    for unit in dict.fromkeys(c.rate.unit for row in table.rows for c in row.cells if c.rate):
        charts.append(
            Chart(
                f"rate-{unit.partition('/')[0].lower()}",
                f"Throughput in {unit}",
                "Bars on a logarithmic scale: a group for each workload, a bar for each kernel.",
                gnuplot(plots.bars(_with_rates(table, unit), unit)),
            )
        )
    costs = _with_rates(table, None)
    if any(cell.cost for row in costs.rows for cell in row.cells):
        charts.append(
            Chart(
                "cost",
                f"Cost per operation in {UNIT_WORDS[table.unit]}",
                "Bars on a logarithmic scale: a group for each workload, a bar for each kernel.",
                gnuplot(plots.bars(costs)),
            )
        )
    reference = table.reference
    if reference is not None and any(cell.tint for row in table.rows for cell in row.cells):
        charts.append(
            Chart(
                "ratios",
                f"Cost relative to {reference.name}",
                "A heat map of ratios with the number in each cell: blue is cheaper than the "
                "reference, orange more expensive.",
                gnuplot(plots.heat_map(table)),
            )
        )
    return tuple(charts)


def _with_rates(table: Latency, unit: str | None) -> Latency:
    """The rows whose rate has this unit, or for None those with costs."""
    rows = (
        row for row in table.rows if next((c.rate.unit for c in row.cells if c.rate), None) == unit
    )
    return dataclasses.replace(table, rows=tuple(rows))


def write(charts: Sequence[Chart], folder: Path) -> tuple[Path, ...]:
    """Write the charts to files and return their paths."""
    paths = []
    for chart in charts:
        path = folder / f"{chart.name}.svg"
        path.write_text(chart.svg, encoding="utf-8")
        paths.append(path)
    return tuple(paths)


def inline(chart: Chart) -> str:
    """The chart for embedding in a page: text in the page's colour, no background, unique ids."""
    svg = re.sub(r"^.*?(?=<svg\b)", "", chart.svg, count=1, flags=re.DOTALL)
    svg = re.sub(r"""\b(id=["']|href=["']#|url\(["']?#)""", rf"\g<1>{chart.name}-", svg)
    svg = re.sub(r"<rect\b[^>]*/>", "", svg, count=1)
    return re.sub(r"rgb\( *0, *0, *0\)|(?<==[\"'])black\b", "currentColor", svg)


def gnuplot(script: str) -> str:
    """The SVG that gnuplot draws from `script`. Raises ReportError."""
    program = shutil.which("gnuplot")
    if program is None:
        raise ReportError(HOW_TO_GET)
    try:
        done = subprocess.run(
            [program, "-d", "-"],
            input=script,
            capture_output=True,
            encoding="utf-8",
            timeout=_DEADLINE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReportError(f"gnuplot did not draw the charts: {error}") from error
    if done.returncode != 0 or "</svg>" not in done.stdout:
        complaint = plain(done.stderr)[:300] or "no output"
        raise ReportError(f"gnuplot did not draw the charts: {complaint}")
    return done.stdout
