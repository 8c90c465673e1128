"""`ringside diff`: what changed between two runs."""

from __future__ import annotations

import click
from rich.console import Console

from ringside.catalog import find_root, load
from ringside.store import find_run, load_run


@click.command()
@click.argument("before")
@click.argument("after", required=False)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0.0),
    default=0.0,
    show_default=True,
    help="Ignore changes up to this fraction: 0.01 is 1 %.",
)
@click.option("--all", "everything", is_flag=True, help="Show unchanged workloads too.")
def diff(before: str, after: str | None, tolerance: float, everything: bool) -> int:
    """Show what changed between runs BEFORE and AFTER (default: the latest).

    For each kernel in both runs, list the costs and the probe results that changed. A run is a
    directory, or a name under results/runs. Exits 0 without a regression, 1 if a cost increased or
    a result was lost, 2 if nothing could be compared.
    """
    from ringside.report.changed import changes_shown
    from ringside.stats.changes import compare_runs

    catalog = load(find_root())
    old, new = (load_run(find_run(catalog.root / "results", name)) for name in (before, after))
    found = compare_runs(old, new, tolerance)
    Console().print(changes_shown(found, catalog.kernels, everything))
    return found.exit_code
