"""`ringside report`: make the report of a stored run again."""

from __future__ import annotations

import click
from rich.console import Console

from ringside.catalog import find_root, load
from ringside.cli.compare import show, show_report
from ringside.store import find_run, load_run


@click.command()
@click.argument("run", required=False)
def report(run: str | None) -> None:
    """Make the report of RUN again (a folder or a name under results/runs; default the latest)."""
    catalog = load(find_root())
    folder = find_run(catalog.root / "results", run)
    stored = load_run(folder)
    console = Console()
    show(stored, catalog, console)
    show_report(stored, catalog, folder, console)
