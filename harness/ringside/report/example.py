"""The worked example of the manual: the cost of a workload by topic on one kernel, next to another.

The numbers come from a new explanation; docs/observe.toml only defines which functions belong to
each topic.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ringside.errors import ReportError
from ringside.profile import Explanation
from ringside.profile.explanation import FunctionCost
from ringside.report.explained import phases_grid, proof
from ringside.report.systems import replace_between
from ringside.report.text import cost, markdown

MARKS = ("<!-- ringside explain -->", "<!-- /ringside explain -->")
_FUNCTIONS_PER_TOPIC = 3
_FUNCTIONS_OF_OTHER = 10


class Topic(BaseModel):
    """Related functions, by patterns of their names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    functions: tuple[str, ...]

    def has(self, function: str) -> bool:
        """Whether the function belongs to this topic."""
        return any(fnmatchcase(function, pattern) for pattern in self.functions)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    topics: tuple[Topic, ...]


def load(path: Path) -> tuple[Topic, ...]:
    """Load docs/observe.toml. Raises ReportError."""
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).topics
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}") from error
    except (ValueError, ValidationError) as error:
        raise ReportError(f"{path}: {error}") from error


def made(explained: Sequence[Explanation], topics: Sequence[Topic], where: str) -> str:
    """The example as Markdown: both kernels by phase, the first by topic, and the most expensive
    functions of the second. `where` describes the setup. Raises ReportError unless there are two
    explanations."""
    if len(explained) != 2:
        raise ReportError("the example needs two kernels")
    first, second = explained
    grid = phases_grid(explained)
    lines = [f"    {line}" for line in _columns([grid.heads, *grid.rows])]
    lines += ["", *(f"    {proof(e)}" for e in explained), ""]
    lines += _by_topic(first, topics)
    named = ", ".join(_named(f, second) for f in second.functions[:_FUNCTIONS_OF_OTHER])
    total = cost(second.total / second.iterations)
    lines += ["", f"The most expensive functions of {second.kernel}, of {total} in all: {named}."]
    return "\n".join([*lines, "", f"({where})"]) + "\n"


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(_aligned(row, widths)) for row in rows]


def _aligned(row: tuple[str, ...], widths: Sequence[int]) -> Iterator[str]:
    yield row[0].ljust(widths[0])
    for cell, width in zip(row[1:], widths[1:], strict=True):
        yield cell.rjust(width)


def _by_topic(e: Explanation, topics: Sequence[Topic]) -> list[str]:
    total = cost(e.total / e.iterations)
    lines = [
        f"| {markdown(e.kernel)}, {total} in all | instructions | most expensive functions |",
        "| --- | --- | --- |",
    ]
    found: dict[str, list[FunctionCost]] = {topic.what: [] for topic in topics}
    rest = 0
    for function in e.functions:
        what = next((topic.what for topic in topics if topic.has(function.name)), None)
        if what is None:
            rest += function.instructions
        else:
            found[what].append(function)
    sums = {what: sum(f.instructions for f in functions) for what, functions in found.items()}
    for what in sorted(sums, key=lambda what: -sums[what]):
        named = ", ".join(_named(f, e) for f in found[what][:_FUNCTIONS_PER_TOPIC])
        lines.append(f"| {markdown(what)} | {cost(round(sums[what] / e.iterations))} | {named} |")
    lines.append(f"| other | {cost(round(rest / e.iterations))} | |")
    return lines


def _named(function: FunctionCost, e: Explanation) -> str:
    calls = function.calls / e.iterations
    often = f" in {cost(round(calls))} calls" if calls > 1.5 else ""
    return f"`{function.name}` {cost(round(function.instructions / e.iterations))}{often}"


def update_document(document: str, example: str, what: str) -> str:
    """`document` with the example replaced. Raises ReportError; `what` names the document there."""
    return replace_between(document, f"\n{example}\n", what, MARKS)
