"""Write an explanation to files: a page, flame graphs, collapsed stacks, and JSON."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import ReportError
from ringside.profile import Explanation
from ringside.report import explained as tables
from ringside.report.flame import flame, folded
from ringside.report.template import environment

_FUNCTIONS = 60


@dataclass(frozen=True)
class Graph:
    """A flame graph; `name` is the stem of its file."""

    name: str
    title: str
    svg: str


def graphs_of(explained: Sequence[Explanation]) -> tuple[Graph, ...]:
    """A flame graph of each explanation, and a differential one of each adjacent pair."""
    found = [
        Graph(e.kernel, f"{e.workload} on {e.kernel}", _flame(e, f"{e.workload} on {e.kernel}"))
        for e in explained
    ]
    for before, after in itertools.pairwise(explained):
        title = f"{after.workload}: {after.kernel} against {before.kernel}"
        svg = flame(after.stacks, title, after.iterations, (before.stacks, before.iterations))
        found.append(Graph(f"{before.kernel}-to-{after.kernel}", title, svg))
    return tuple(found)


def _flame(e: Explanation, title: str) -> str:
    return flame(e.stacks, title, e.iterations)


def write(explained: Sequence[Explanation], folder: Path) -> Path:
    """Write all files to `folder`; returns the path of the page. Raises ReportError."""
    graphs = graphs_of(explained)
    page = folder / "explain.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for e in explained:
            (folder / f"{e.kernel}.folded").write_text(folded(e.stacks), encoding="utf-8")
        for graph in graphs:
            (folder / f"{graph.name}.svg").write_text(graph.svg, encoding="utf-8")
        (folder / "explain.json").write_text(as_json(explained), encoding="utf-8")
        page.write_text(_page(explained, graphs), encoding="utf-8")
    except OSError as error:
        raise ReportError(f"{folder}: can't be written: {error.strerror}") from error
    return page


def as_json(explained: Sequence[Explanation]) -> str:
    """A JSON list with an object per kernel; stacks are pairs of frames and instructions."""
    objects = []
    for e in explained:
        data = {f.name: getattr(e, f.name) for f in dataclasses.fields(e)}
        data["functions"] = [dataclasses.asdict(f) for f in e.functions]
        data["stacks"] = [[list(stack), count] for stack, count in sorted(e.stacks.items())]
        data["phases"] = dict(e.phases)
        objects.append(data)
    return json.dumps(objects, indent=1) + "\n"


def _page(explained: Sequence[Explanation], graphs: Sequence[Graph]) -> str:
    return (
        environment(html=True)
        .get_template("explain.html.j2")
        .render(
            title=f"{explained[0].workload}, explained",
            op=explained[0].op,
            proofs=[tables.proof(e) for e in explained],
            grids=(tables.phases_grid(explained), tables.functions_grid(explained, _FUNCTIONS)),
            graphs=graphs,
            files=[f"{e.kernel}.folded" for e in explained],
        )
    )
