"""Gnuplot scripts of the bar charts and the heat map, and helpers for all charts.

A script reads no files, and all text in it is single-quoted, so that gnuplot expands nothing. The
colours of the kernels are those of Okabe and Ito, which are safe for colour-blind readers; the
reference is grey.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ringside.report.latency import Cell, Column, Latency
from ringside.report.text import TIMES, cost, plain, ratio

REFERENCE = "#767676"
KERNELS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b3a100", "#5d3a9b")

# Pure black is replaced by the page's text colour in a page; text on a cell stays black.
_INK, _ON_CELL = "#000000", "#000001"
_FAINT = "#8a8a8a"
_EMPTY = "#d9d9d9"

# Blue is cheaper, orange more expensive; symmetric in the logarithm, saturated at a factor of 8.
# Saturated colours are light enough for black text.
_CHEAPER, _MIDDLE, _COSTLIER = (0x54, 0xA0, 0xDD), (0xF4, 0xF2, 0xEE), (0xE9, 0x8F, 0x3C)
_FULL_LOG2 = 3.0

_FONT = "'DejaVu Sans,Helvetica,Arial,sans-serif,12'"
_LETTER = 7.4
_LABEL_MAX = 44
# Marks rows where more is better.
_UP = "\N{UPWARDS ARROW}"


def bars(table: Latency, rate: str | None = None) -> str:
    """Horizontal bars on a logarithmic axis, with the labels on the left.

    They show costs, or rates in the unit `rate` if all rows have one.
    """
    rows, columns = table.rows, table.columns
    thick = 15 if len(columns) <= 3 else 13 if len(columns) <= 5 else 11
    group = thick * len(columns) + 12
    left, right = _label_width(row.workload for row in rows), 76.0
    width = left + 620 + right
    legend = _legend_lines([_short(column.name, 28) for column in columns], 620 + right)
    top, bottom = 52 + 20 * len(legend), 58
    height = top + group * len(rows) + bottom
    costs = [value for row in rows for c in row.cells if (value := _height(c)) > 0]
    low = 10.0 ** math.floor(math.log10(min(costs) / 1.5))
    high = 10.0 ** (math.log10(max(costs)) + 0.05)
    unit = "instructions" if table.unit == "instructions" else "nanoseconds"
    title = f"Cost per operation in {unit} (shorter is better)"
    if rate is not None:
        title = f"Throughput in {rate} (longer is better)"
    script = [
        *_canvas(width, height, left, right, top, bottom),
        "set logscale x 10",
        f"set xrange [{low:g}:{high:g}]",
        f"set yrange [{len(rows) - 0.5}:-0.5]",
        "set format x '%.0s%c'",
        f"set xlabel '{rate or f'{unit} per operation'}, logarithmic scale'",
        *_title(title, left, width, height),
        f"set border 1 lc rgb '{_INK}'",
        "set xtics nomirror out scale 0.6",
        "set mxtics 10",
        "unset ytics",
        f"set grid xtics lt 1 lw 0.5 lc rgb '{_FAINT}'",
        "unset key",
        "set style fill solid 1.0 noborder",
    ]
    colors = kernel_colors(table.columns)
    script += _legend(legend, colors, left, width, height)
    drawn: list[str] = []
    for place, color in enumerate(colors):
        offset = (place - (len(columns) - 1) / 2) * thick / group
        half = thick * 0.43 / group
        data = []
        for index, row in enumerate(rows):
            cell, y = row.cells[place], index + offset
            value = _height(cell)
            if value > 0:
                data.append(f"{low:g} {y:.5f} {low:g} {value:.10g} {y - half:.5f} {y + half:.5f}")
                at, said, ink = value, cost(value), _INK
            else:
                at, said, ink = low, cell.cost_text, _FAINT
            small = f"font ',{9 if thick > 11 else 8}' tc rgb '{ink}'"
            script.append(f"set label {quote(said)} at {at:.10g},{y:.5f} left offset 0.4,0 {small}")
        if data:
            script += [f"$k{place} << EOD", *data, "EOD"]
            drawn.append(f"$k{place} using 1:2:3:4:5:6 with boxxyerror fc rgb '{color}' notitle")
    script += _row_labels(row.workload for row in table.rows)
    return "\n".join([*script, "plot " + ", ".join(drawn)]) + "\n"


def _height(cell: Cell) -> float:
    """The length of a bar: the rate if there is one, else the cost; 0 for neither."""
    return cell.rate.value if cell.rate is not None else cell.cost or 0.0


def heat_map(table: Latency) -> str:
    """Ratios to the reference, a row per workload, with the number in each cell. The colour follows
    the cost, also for rates."""
    rows = table.rows
    places = [place for place, column in enumerate(table.columns) if not column.is_reference]
    names = [table.columns[place].name for place in places]
    reference = table.reference
    labels = [row.workload + (f" {_UP}" if any(c.rate for c in row.cells) else "") for row in rows]
    left, right = _label_width(labels), 24.0
    cell_width = max(110.0, min(_label_width(names) - 8, 190.0))
    top, bottom = 84, 46
    width = left + cell_width * len(places) + right
    wide = max(width, 560.0)
    right += wide - width
    height = top + 26 * len(rows) + bottom
    title = f"Cost relative to {_short(reference.name, 28) if reference else 'the reference'}"
    legend = f"blue: cheaper, orange: more expensive, 1.00{TIMES}: equal"
    if any(label.endswith(_UP) for label in labels):
        legend += f"; {_UP} is throughput (more is better)"
    script = [
        *_canvas(wide, height, left, right, top, bottom),
        f"set xrange [-0.5:{len(places) - 0.5}]",
        f"set yrange [{len(rows) - 0.5}:-0.5]",
        *_title(title, left, wide, height),
        "unset border",
        "unset xtics",
        "unset ytics",
        "unset key",
        "set style fill solid 1.0 noborder",
        f"set label '{legend}' at screen {left / wide:.5f}, screen {20 / height:.5f}"
        f" font ',11' tc rgb '{_FAINT}'",
    ]
    for x, name in enumerate(names):
        script.append(f"set label {quote(name, 26)} at {x}, graph 1 center offset 0,0.8")
    data = []
    for y, row in enumerate(rows):
        for x, place in enumerate(places):
            cell = row.cells[place]
            fill = _EMPTY
            said: str = cell.status or "not run"
            if cell.ratio is not None:
                fill, said = _tint(cell.ratio.cost), ratio(cell.ratio.value)
            elif cell.cost is not None:
                said = "no ratio"
            data.append(
                f"{x} {y} {x - 0.49:.2f} {x + 0.49:.2f} {y - 0.46:.2f} {y + 0.46:.2f}"
                f" {int(fill[1:], 16)}"
            )
            script.append(f"set label {quote(said)} at {x},{y} center front tc rgb '{_ON_CELL}'")
    script += ["$cells << EOD", *data, "EOD", *_row_labels(labels)]
    plot = "plot $cells using 1:2:3:4:5:6:7 with boxxyerror fc rgb variable notitle"
    return "\n".join([*script, plot]) + "\n"


@dataclass(frozen=True)
class Canvas:
    """A chart's size and margins in pixels, with space for a title and a legend of `names`."""

    width: float
    height: float
    left: float
    right: float
    bottom: float
    names: tuple[str, ...]

    def opening(self, title: str) -> list[str]:
        """The terminal, the margins and the title."""
        top = 52 + 20 * len(self._lines())
        return [
            *_canvas(self.width, self.height, self.left, self.right, top, self.bottom),
            *_title(title, self.left, self.width, self.height),
        ]

    def legend(self, colors: Sequence[str]) -> list[str]:
        """The legend below the title."""
        return _legend(self._lines(), colors, self.left, self.width, self.height)

    def _lines(self) -> list[list[tuple[float, str]]]:
        names = [_short(name, 28) for name in self.names]
        return _legend_lines(names, self.width - self.left)


def _canvas(
    width: float, height: float, left: float, right: float, top: float, bottom: float
) -> list[str]:
    """The terminal and the margins, both in pixels."""
    return [
        f"set terminal svg size {width:.0f},{height:.0f} noenhanced font {_FONT}"
        " background rgb '#ffffff'",
        "set encoding utf8",
        f"set lmargin at screen {left / width:.5f}",
        f"set rmargin at screen {1 - right / width:.5f}",
        f"set tmargin at screen {1 - top / height:.5f}",
        f"set bmargin at screen {bottom / height:.5f}",
    ]


def _row_labels(labels: Iterable[str]) -> list[str]:
    return [
        f"set label {quote(label)} at graph 0, first {index} right offset -0.8,0"
        for index, label in enumerate(labels)
    ]


def _label_width(labels: Iterable[str]) -> float:
    return 22 + _LETTER * max((min(len(label), _LABEL_MAX) for label in labels), default=8)


def kernel_colors(columns: Sequence[Column]) -> Sequence[str]:
    """A colour per column; the reference's is grey."""
    taken = 0
    colors = []
    for column in columns:
        colors.append(REFERENCE if column.is_reference else KERNELS[taken % len(KERNELS)])
        taken += not column.is_reference
    return colors


def _tint(value: float) -> str:
    """The fill colour of a cell."""
    steps = math.log2(value) if value > 0 else -_FULL_LOG2
    depth = min(abs(steps) / _FULL_LOG2, 1.0) ** 0.7
    end = _COSTLIER if steps > 0 else _CHEAPER
    fill = [round(m + (e - m) * depth) for m, e in zip(_MIDDLE, end, strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*fill)


def _title(title: str, left: float, width: float, height: float) -> list[str]:
    """A title above the plot, aligned with its left edge."""
    place = f"screen {left / width:.5f}, screen {1 - 24 / height:.5f}"
    return [f"set label {quote(title, 90)} at {place} left font ',14'"]


def _legend_lines(names: Sequence[str], room: float) -> list[list[tuple[float, str]]]:
    """Names with their offsets in pixels, wrapped to lines of at most `room` pixels."""
    lines: list[list[tuple[float, str]]] = [[]]
    at = 0.0
    for name in names:
        size = 40 + _LETTER * len(name)
        if lines[-1] and at + size > room:
            lines.append([])
            at = 0.0
        lines[-1].append((at, name))
        at += size
    return lines


def _legend(
    lines: Sequence[Sequence[tuple[float, str]]],
    colors: Sequence[str],
    left: float,
    width: float,
    height: float,
) -> list[str]:
    """A legend of labels and rectangles: gnuplot's own does not account for the title's height."""
    script = []
    ink = iter(colors)
    for number, line in enumerate(lines):
        y = 1 - (50 + 20 * number) / height
        for at, name in line:
            x = (left + at) / width
            script += [
                f"set object rectangle from screen {x:.5f}, screen {y - 5 / height:.5f} to screen"
                f" {x + 14 / width:.5f}, screen {y + 5 / height:.5f} fc rgb '{next(ink)}'"
                " fs solid 1.0 noborder",
                f"set label {quote(name)} at screen {x + 20 / width:.5f}, screen {y:.5f} left",
            ]
    return script


def _short(value: str, limit: int) -> str:
    value = plain(value)
    return value if len(value) <= limit else value[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def quote(value: str, limit: int = _LABEL_MAX) -> str:
    """A gnuplot string literal, truncated to `limit` characters, without expansion.

    An apostrophe becomes a typographic one: gnuplot 5.4 reads a string that begins with a doubled
    quote as empty.
    """
    return "'" + _short(value, limit).replace("'", "\N{RIGHT SINGLE QUOTATION MARK}") + "'"
