"""`ringside history`: a kernel's costs over the stored runs, or over commits."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console

from ringside.catalog import Catalog, Kernel, find_root, load
from ringside.catalog.names import select
from ringside.cli import options
from ringside.cli.check import default_baseline
from ringside.cli.jsonl import check_json, write_lines
from ringside.errors import JudgeError, ReportError, StoreError
from ringside.stats.history import History, Reading, history, of_baseline, of_run
from ringside.store import load_run, newest_runs


@click.command("history")
@click.argument("workloads", nargs=-1)
@click.option(
    "--kernel", "kernel_id", metavar="ID", help="Kernel to show (default: the one under test)."
)
@click.option("--commits", is_flag=True, help="Use the committed baselines instead of local runs.")
@click.option(
    "--last",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="N",
    help="Use the last N runs or commits.",
)
@click.option(
    "--chart",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw up to eight workloads into this SVG file.",
)
@click.option("--json", "json_file", metavar="FILE", help="Write JSON lines to FILE; - is stdout.")
def history_command(
    workloads: tuple[str, ...],
    kernel_id: str | None,
    commits: bool,
    last: int,
    chart: Path | None,
    json_file: str | None,
) -> None:
    """Show how the exact costs of WORKLOADS (default: all) changed over time.

    Reads the runs under results/runs. Includes only runs with the same configuration as the newest,
    and only costs of the same workload ELF.
    """
    from ringside.report import charts
    from ringside.report import history as report

    if json_file is not None:
        check_json(json_file)
    catalog = load(find_root())
    kernel = catalog.kernel(kernel_id) if kernel_id is not None else catalog.subject()
    readings = _commits(catalog, kernel, last) if commits else _runs(catalog, kernel, last)
    found = _chosen(history(kernel.id, list(readings)), options.names(workloads))
    if chart is not None:
        _write(chart, charts.gnuplot(report.script(found, kernel.name)))
    if json_file is not None:
        write_lines(report.json_lines(found), json_file)
    if json_file != "-":
        Console().print(report.shown(found, kernel.name))


def _chosen(found: History, patterns: tuple[str, ...]) -> History:
    if not patterns:
        return found
    known = [line.workload for line in found.series]
    names = select("workload with a history", patterns, known, "ringside history")
    return dataclasses.replace(
        found, series=tuple(line for line in found.series if line.workload in names)
    )


def _runs(catalog: Catalog, kernel: Kernel, last: int) -> Iterator[Reading]:
    for folder in newest_runs(catalog.root / "results", last):
        # Ignore unreadable runs, such as those of an older version.
        with contextlib.suppress(StoreError):
            reading = of_run(load_run(folder), kernel.id, folder.name)
            if reading is not None:
                yield reading


def _commits(catalog: Catalog, kernel: Kernel, last: int) -> Iterator[Reading]:
    from ringside.stats import baseline
    from ringside.store.versions import versions

    for version in versions(default_baseline(catalog, kernel, "exact"), last):
        with contextlib.suppress(JudgeError):
            kept = baseline.parse(version.text, version.revision)
            yield of_baseline(kept, version.at, version.revision)


def _write(path: Path, svg: str) -> None:
    try:
        path.write_text(svg, encoding="utf-8")
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}") from error
