"""`ringside table`: the feature table of all systems, for a README, a page or a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from ringside.catalog import find_root, load
from ringside.cli.into import put_into
from ringside.cli.rungs import probes_answered, rungs_reached
from ringside.errors import ReportError
from ringside.report import systems


@click.command()
@click.option(
    "--format",
    "style",
    type=click.Choice(["md", "html", "csv"]),
    default="md",
    show_default=True,
    help="Markdown, an HTML table, or CSV with every source, date and note.",
)
@click.option(
    "--run", metavar="RUN", help="Take rungs and probes from this run (default: the newest)."
)
@click.option(
    "--into",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Put the table into this file, between the lines that mark its place.",
)
def table(style: Literal["md", "html", "csv"], run: str | None, into: Path | None) -> None:
    """Print the feature table: declared facts, each with its source, the rung reached, and how many
    probes of each family work.

    The place in a file begins with the line `<!-- ringside table -->` and ends with
    `<!-- /ringside table -->`.
    """
    catalog = load(find_root())
    reached, probed = rungs_reached(catalog, run), probes_answered(catalog, run)
    rows = systems.build(catalog.kernels, reached, probed)
    render = {"md": systems.markdown, "html": systems.html, "csv": systems.comma_separated}
    made = render[style](rows)
    if into is None:
        click.echo(made, nl=False)
        return
    if style == "csv":
        raise ReportError("--into takes no CSV: redirect the output instead")
    put_into(into, lambda before: systems.replace_between(before, made, str(into)))
