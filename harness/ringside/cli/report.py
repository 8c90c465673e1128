"""`ringside report`: make the report of a stored run again."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from ringside.catalog import find_root, load
from ringside.cli.compare import show, show_report
from ringside.cli.into import put_into
from ringside.store import find_run, load_run


@click.command()
@click.argument("run", required=False)
@click.option(
    "--into",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Put the table of costs into this Markdown file, between the lines that mark its place.",
)
def report(run: str | None, into: Path | None) -> None:
    """Make the report of RUN again (a folder or a name under results/runs; default the latest).

    The place of the table in a file begins with the line `<!-- ringside costs -->` and ends with
    `<!-- /ringside costs -->`.
    """
    catalog = load(find_root())
    folder = find_run(catalog.root / "results", run)
    stored = load_run(folder)
    if into is not None:
        # jinja2 is slow to start, and most commands need none of it.
        from ringside.report import markdown, page

        content = page.build(stored, catalog.kernels)
        put_into(into, lambda before: markdown.insert_costs(before, content, str(into)))
        return
    console = Console()
    show(stored, catalog, console)
    show_report(stored, catalog, folder, console)
