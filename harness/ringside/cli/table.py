"""`ringside table`: the feature table of all systems, for a README, a page or a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from ringside.catalog import find_root, load
from ringside.cli.into import put_into
from ringside.cli.levels import levels_reached, probes_answered
from ringside.errors import ReportError
from ringside.report import systems


@click.command()
@click.option(
    "--format",
    "style",
    type=click.Choice(["md", "html", "csv"]),
    default="md",
    show_default=True,
    help="Markdown, an HTML table, or CSV with all sources, dates and notes.",
)
@click.option("--brief", is_flag=True, help="A short Markdown table: a few facts, no sources.")
@click.option(
    "--run",
    metavar="RUN",
    help="Take support levels and probe results from this run (default: the newest).",
)
@click.option(
    "--into",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Replace the table in this file.",
)
def table(
    style: Literal["md", "html", "csv"], brief: bool, run: str | None, into: Path | None
) -> None:
    """Print the feature table of all systems.

    It holds the declared facts with their sources, the support level reached, and how many probes
    of each family pass. --into replaces what is between the lines `<!-- ringside table -->` and
    `<!-- /ringside table -->` of a file.
    """
    catalog = load(find_root())
    reached, probed = levels_reached(catalog, run), probes_answered(catalog, run)
    rows = systems.build(catalog.kernels, reached, probed)
    render = {"md": systems.markdown, "html": systems.html, "csv": systems.comma_separated}
    if brief and style != "md":
        raise ReportError("--brief is Markdown: leave out --format, or leave out --brief")
    made = systems.brief(rows) if brief else render[style](rows)
    if into is None:
        click.echo(made, nl=False)
        return
    if style == "csv":
        raise ReportError("--into does not support CSV: redirect the output instead")
    put_into(into, lambda before: systems.replace_between(before, made, str(into)))
