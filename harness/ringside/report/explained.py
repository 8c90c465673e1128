"""Explanations of a workload on several kernels, as tables for the terminal and the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group
from rich.table import Table
from rich.text import Text

from ringside.profile import PHASES, Explanation
from ringside.report.text import NO_VALUE, cost, plain

# Functions that both sides have make up at least this share of each: then a line is a function.
_REQUIRED_EQUAL = 0.5


@dataclass(frozen=True)
class Grid:
    """A table. Each row is a heading and a cell per column; numbers are instructions per
    operation."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def phases_grid(explained: Sequence[Explanation]) -> Grid:
    """Each phase on each kernel, their sum, and related counts."""
    rows = []
    for phase in PHASES:
        if any(phase in e.phases for e in explained):
            cells = (_cell(e.phases.get(phase, 0), e) for e in explained)
            rows.append((str(phase), *cells))
    rows.append(("sum", *(cost(e.total / e.iterations) for e in explained)))
    for label, counts in (
        ("idle (halted), not included", [e.idle for e in explained]),
        ("string repetitions, included", [e.repeats for e in explained]),
        ("new processes and threads", [e.appeared for e in explained]),
        ("returns elsewhere", [e.elsewhere for e in explained]),
    ):
        if any(counts):
            cells = (cost(n / e.iterations) for n, e in zip(counts, explained, strict=True))
            rows.append((label, *cells))
    heads = ("phase", *(e.kernel for e in explained))
    return Grid("Instructions per operation, median repetition, by phase", heads, tuple(rows))


def functions_grid(explained: Sequence[Explanation], limit: int) -> Grid:
    """The most expensive functions: by name if two kernels have most functions in common, else by
    rank."""
    if len(explained) == 2 and alike(explained[0], explained[1]):
        return _changes(explained[0], explained[1], limit)
    heads = ["#"]
    for e in explained:
        heads += [e.kernel, "cost", "calls"]
    rows = []
    for rank in range(min(limit, max(len(e.functions) for e in explained))):
        row = [str(rank + 1)]
        for e in explained:
            if rank < len(e.functions):
                f = e.functions[rank]
                row += [plain(f.name), _cell(f.instructions, e), cost(f.calls / e.iterations)]
            else:
                row += ["", "", ""]
        rows.append(tuple(row))
    return Grid("Instructions per operation, by function", tuple(heads), tuple(rows))


def alike(one: Explanation, other: Explanation) -> bool:
    """Whether functions that both have make up most of the instructions of both."""
    names = {f.name for f in one.functions} & {f.name for f in other.functions}
    return all(
        sum(f.instructions for f in e.functions if f.name in names) >= _REQUIRED_EQUAL * e.total
        for e in (one, other)
    )


def _changes(before: Explanation, after: Explanation, limit: int) -> Grid:
    old = {f.name: f.instructions / before.iterations for f in before.functions}
    new = {f.name: f.instructions / after.iterations for f in after.functions}
    names = sorted(
        old.keys() | new.keys(),
        key=lambda n: (-abs(new.get(n, 0) - old.get(n, 0)), -max(new.get(n, 0), old.get(n, 0)), n),
    )
    rows = tuple(
        (
            plain(name),
            cost(old[name]) if name in old else NO_VALUE,
            cost(new[name]) if name in new else NO_VALUE,
            f"{new.get(name, 0) - old.get(name, 0):+,.2f}",
        )
        for name in names[:limit]
    )
    heads = ("function", before.kernel, after.kernel, "change")
    return Grid("Instructions per operation, by function, largest change first", heads, rows)


def _cell(instructions: int, e: Explanation) -> str:
    return f"{cost(instructions / e.iterations)} ({100 * instructions / max(e.total, 1):.0f} %)"


def proof(e: Explanation) -> str:
    """How the window's instructions relate to the workload's own count."""
    idle = f", {e.idle:,} passed while the CPU was halted" if e.idle else ""
    return (
        f"{e.kernel}: {e.total:,} instructions between the markers of {e.iterations:,} operations; "
        f"the workload counted {e.ticks:,}{idle}, {e.readings} are between markers and readings"
    )


def terminal(explained: Sequence[Explanation], limit: int) -> Group:
    """Both tables, for a terminal."""
    first = explained[0]
    title = Text(f"{first.workload}: {plain(first.op)}")
    lines = (Text(proof(e)) for e in explained)
    return Group(
        title, _table(phases_grid(explained)), *lines, _table(functions_grid(explained, limit))
    )


def _table(grid: Grid) -> Table:
    table = Table(title=grid.title, title_justify="left")
    for index, head in enumerate(grid.heads):
        numbers = index > 0 and (grid.heads[0] != "#" or head in ("cost", "calls"))
        table.add_column(
            Text(head),
            justify="right" if numbers else "left",
            overflow="ellipsis",
            # On a narrow terminal names are truncated, never numbers.
            no_wrap=numbers or head == "#",
            min_width=_widest(grid, index) if numbers or head == "#" else None,
        )
    for row in grid.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _widest(grid: Grid, index: int) -> int:
    return max(len(line[index]) for line in (grid.heads, *grid.rows))
