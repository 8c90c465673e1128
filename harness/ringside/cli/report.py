"""`ringside report`: regenerate the report of a stored run."""

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
    help="Replace the table of costs in this Markdown file.",
)
def report(run: str | None, into: Path | None) -> None:
    """Regenerate the report of RUN (default: the latest).

    RUN is a directory or a name under results/runs. --into replaces what is between the lines
    `<!-- ringside costs -->` and `<!-- /ringside costs -->` of a file instead.
    """
    catalog = load(find_root())
    folder = find_run(catalog.root / "results", run)
    stored = load_run(folder)
    if into is not None:
        # jinja2 is slow to import, and most commands do not need it.
        from ringside.report import markdown, page

        content = page.build(stored, catalog.kernels)
        put_into(into, lambda before: markdown.insert_costs(before, content, str(into)))
        return
    console = Console()
    show(stored, catalog, console)
    show_report(stored, catalog, folder, console)
