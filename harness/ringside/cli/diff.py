"""`ringside diff`: what changed from one run to another."""

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
    help="How large a change is none: 0.01 is 1 %.",
)
@click.option("--all", "everything", is_flag=True, help="Show what stayed the same too.")
def diff(before: str, after: str | None, tolerance: float, everything: bool) -> int:
    """Show what changed from run BEFORE to run AFTER (default: the latest), for each kernel that is
    in both: what became dearer or cheaper, and which probes got another answer.

    A run is a folder, or a name under results/runs. Exits 0 when nothing became dearer or was lost,
    1 when something did, 2 when there was nothing to judge by.
    """
    from ringside.report.changed import changes_shown
    from ringside.stats.changes import changes

    catalog = load(find_root())
    old, new = (load_run(find_run(catalog.root / "results", name)) for name in (before, after))
    found = changes(old, new, tolerance)
    Console().print(changes_shown(found, catalog.kernels, everything))
    return found.exit_code
