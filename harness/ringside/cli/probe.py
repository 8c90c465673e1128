"""`ringside probe`: test which features each kernel supports."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ringside.catalog import Catalog, find_root, load, load_workloads
from ringside.catalog.workloads import PROBE
from ringside.cli import options
from ringside.cli.compare import show_report
from ringside.cli.conducting import run_request
from ringside.conductor import Request
from ringside.conductor.observer import NullObserver
from ringside.conductor.prepare import build_workloads
from ringside.store import Run


@click.command()
@options.kernels_option
@click.option(
    "--probes",
    multiple=True,
    metavar="X,Y",
    help="Probes to run: <family>/<name>, families, unique last components or globs.",
)
@click.option("--list", "listing", is_flag=True, help="List the probes and what each tests.")
@click.option(
    "--boot", "way", metavar="WAY", help="Use this boot configuration, where a kernel has it."
)
@options.cpus_option(default=1)
@options.images_option
@options.patience_option
@click.option("--no-report", is_flag=True, help="Print the table only, write no report.")
def probe(
    patterns: tuple[str, ...],
    probes: tuple[str, ...],
    listing: bool,
    way: str | None,
    cpus: int,
    images: dict[str, Path],
    patience: float,
    no_report: bool,
) -> int:
    """Test which features each kernel supports.

    A probe uses a feature and reports `works`, `absent` or `wrong`. Exits 0 if every result is
    `works`, `absent` or explained by the manifest, 1 if not, 2 if the run was not possible.
    """
    catalog = load(find_root())
    if listing:
        _list(catalog, probes)
        return 0
    request = Request(
        kernels=options.names(patterns),
        workloads=None,
        probes=options.names(probes),
        way=way,
        cpus=cpus,
        images=options.user_images(catalog, images),
        patience=patience,
    )
    conducted = run_request(catalog, request, Console(stderr=True))
    console = Console()
    show_probes(conducted.run, catalog, console)
    if not no_report:
        show_report(conducted.run, catalog, conducted.folder.path, console)
    return status_of(conducted.run, catalog)


def status_of(run: Run, catalog: Catalog) -> int:
    """0 if every result is `works`, `absent` or explained by the kernel's manifest, else 1."""
    from ringside.report.probes import explanation

    known = {kernel.id: kernel for kernel in catalog.kernels}
    fine = (
        a.answer in ("works", "absent") or explanation(a, known.get(a.kernel)) for a in run.probes
    )
    return 0 if all(fine) else 1


def show_probes(run: Run, catalog: Catalog, console: Console) -> None:
    """Print the table of families, and a line for each probe that does not work."""
    from ringside.report.terminal import gaps, probe_table

    console.print(probe_table(run, catalog.kernels))
    for line in gaps(run, catalog.kernels):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _list(catalog: Catalog, patterns: tuple[str, ...]) -> None:
    # Every port with probes has all of them, and the first kernel's port has probes.
    port = next(kernel.port for kernel in catalog.kernels if kernel.port and kernel.runnable)
    build_workloads(catalog.root, [port], NullObserver())
    table = Table("probe", "works when", box=None, pad_edge=False)
    for found in load_workloads(catalog.root, port).select_probes(options.names(patterns)):
        table.add_row(found.name.removeprefix(f"{PROBE}/"), Text(found.facts.op))
    Console().print(table)
