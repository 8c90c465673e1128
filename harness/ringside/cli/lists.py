"""`ringside workloads`, `clocks` and `fetch`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ringside.catalog import Catalog, WorkloadSet, find_root, load, load_workloads
from ringside.cli.into import put_into
from ringside.cli.options import kernels_option, names
from ringside.conductor.observer import NullObserver
from ringside.conductor.prepare import build_workloads
from ringside.errors import CatalogError, RingsideError
from ringside.image import obtain
from ringside.machine import CLOCKS
from ringside.machine.probe import probe_kvm
from ringside.store import find_run, load_run


@click.command()
@click.option("--port", metavar="PORT", help="List this port's workloads, with their SHA-256.")
@click.option(
    "--into",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Replace the tables of workloads and probes in this file.",
)
@click.option(
    "--agreement",
    metavar="RUN",
    help="With --into: replace the comparison with other suites, using this run.",
)
def workloads(port: str | None, into: Path | None, agreement: str | None) -> None:
    """List the workloads, building them if needed.

    --into replaces what is between `<!-- ringside workloads -->` and `<!-- /ringside workloads -->`
    in a file, and the same for `answers`, `unanswered` and `probes`.
    """
    catalog = load(find_root())
    if agreement is not None:
        if into is None:
            raise click.UsageError("--agreement needs --into FILE")
        put_into(into, partial(_agreed, catalog, agreement))
        return
    known = dict.fromkeys(k.port for k in catalog.kernels if k.port and k.runnable)
    if port is not None and port not in known:
        raise CatalogError(f"no kernel has a port {port!r}: choose from {', '.join(known)}")
    ports = [port] if port else list(known)
    build_workloads(catalog.root, ports[:1], NullObserver())
    found = load_workloads(catalog.root, ports[0])
    if into is not None:
        put_into(into, partial(_listed, catalog, found, str(into)))
        return
    headings = ("workload", "one operation", *(("SHA-256",) if port else ()))
    table = Table(*headings, box=None, pad_edge=False)
    for workload in found.workloads:
        digest = (workload.sha256[:12],) if port else ()
        table.add_row(workload.name, Text(workload.facts.op), *digest)
    console = Console()
    console.print(table)
    if port is None:
        console.print(f"{len(found.workloads)} workloads; ports: {', '.join(ports)}")
        console.print("--port PORT also shows the SHA-256 of each ELF")


def _listed(catalog: Catalog, found: WorkloadSet, what: str, document: str) -> str:
    from ringside.report import entries
    from ringside.report.manual import update_document

    known = entries.load(catalog.root / "docs" / "entries.toml")
    return update_document(document, found, known, what)


def _agreed(catalog: Catalog, name: str, document: str) -> str:
    from ringside.report import agreement

    known = agreement.load(catalog.root / "docs" / "agreement.toml")
    run = load_run(find_run(catalog.root / "results", name))
    made = agreement.table(known, run, catalog.kernels)
    return agreement.update_document(document, made, "the file")


@click.command()
def clocks() -> None:
    """Show what each clock counts and whether this host supports it."""
    root = find_root()
    kvm = probe_kvm(root / ".cache")
    table = Table("clock", "unit", "supported", "what it counts", box=None, pad_edge=False)
    for clock in CLOCKS.values():
        here = "yes" if clock.name != "kvm" or kvm.works else f"no: {kvm.reason}"
        table.add_row(clock.name, clock.unit, Text(here), clock.meaning)
    Console().print(table)


@click.command()
@click.option("--refresh", is_flag=True, help="Check for newer packages even if some are present.")
@kernels_option
def fetch(refresh: bool, patterns: tuple[str, ...]) -> int:
    """Download or build the kernel images, so that later runs need no network."""
    catalog = load(find_root())
    console = Console()
    status = 0
    for kernel in catalog.select(names(patterns), include_boot_only=True):
        try:
            image = obtain(kernel, catalog.root, catalog.root / ".cache", refresh=refresh)
        except RingsideError as error:
            click.echo(f"ringside: {error}", err=True)
            status = 2
            continue
        proven = " ".join(f"{key}={value}" for key, value in image.proven.items())
        console.print(
            f"{kernel.id}: {image.package or 'image'} {image.version} sha256 {image.sha256[:16]}"
            + (f" proven {proven}" if proven else ""),
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    return status
