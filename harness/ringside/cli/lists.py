"""What there is: kernels, workloads, clocks; and getting images ahead of a run."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ringside.catalog import Kernel, find_root, load, load_workloads
from ringside.catalog.model import FACT_COLUMNS
from ringside.cli.options import kernels_option, names
from ringside.conductor.observer import Silent
from ringside.conductor.prepare import build_workloads
from ringside.errors import RingsideError
from ringside.image import obtain
from ringside.machine import CLOCKS
from ringside.machine.probe import probe_kvm


@click.group(invoke_without_command=True)
@click.pass_context
def kernels(context: click.Context) -> None:
    """List the kernels; `ringside kernels show ID` says all about one."""
    if context.invoked_subcommand is not None:
        return
    table = Table("id", "name", "role", "rung aimed at", "can be run")
    for kernel in load(find_root()).kernels:
        runnable = "yes" if kernel.runnable else "no"
        if kernel.runnable and kernel.image is not None and kernel.image.source == "file":
            runnable = "with --image"
        table.add_row(kernel.id, Text(kernel.name), kernel.role, kernel.target, runnable)
    Console().print(table)


@kernels.command()
@click.argument("kernel_id", metavar="ID")
def show(kernel_id: str) -> None:
    """Say all that the manifest of kernel ID says."""
    kernel = load(find_root()).kernel(kernel_id)
    table = Table("what", "value", show_header=False, box=None)
    for key, value in _rows(kernel):
        table.add_row(Text(key, style="bold"), Text(value))
    Console().print(table)


def _rows(kernel: Kernel) -> list[tuple[str, str]]:
    rows = [("id", kernel.id), ("name", kernel.name), ("summary", kernel.summary)]
    rows += [("role", kernel.role), ("rung aimed at", kernel.target)]
    if kernel.homepage is not None:
        rows.append(("homepage", str(kernel.homepage)))
    if kernel.image is not None:
        values = kernel.image.model_dump(mode="json")
        rows.append(("image", "\n".join(f"{key}: {value}" for key, value in values.items())))
    if kernel.boot is not None:
        rows.append(("machine", f"{kernel.boot.machine}, {kernel.boot.memory_mib} MiB"))
        for name, way in kernel.boot.ways.items():
            rows.append((f"boot {name}", way.cmdline or "(no command line)"))
            rows += [("", f"- {effect}") for effect in way.effects]
    for key, heading in FACT_COLUMNS.items():
        fact = getattr(kernel.facts, key)
        note = f"; {fact.note}" if fact.note else ""
        rows.append((heading, f"{fact.value}{note} ({fact.source}, {fact.read})"))
    rows += [("note", note) for note in kernel.notes]
    return rows


@click.command()
@click.option("--port", metavar="PORT", help="List this port's (default: all).")
def workloads(port: str | None) -> None:
    """List the workloads, building them when needed."""
    catalog = load(find_root())
    build_workloads(catalog.root, Silent())
    ports = [port] if port else sorted({k.port for k in catalog.kernels if k.port and k.runnable})
    table = Table("workload", "port", "bytes", "SHA-256")
    for name in ports:
        for workload in load_workloads(catalog.root, name).workloads:
            size = str(workload.path.stat().st_size)
            table.add_row(workload.name, name, size, workload.sha256[:16])
    Console().print(table)


@click.command()
def clocks() -> None:
    """Say what each clock counts and whether this host has it."""
    root = find_root()
    kvm = probe_kvm(root / ".cache")
    table = Table("clock", "unit", "here", "what it counts")
    for clock in CLOCKS.values():
        here = "yes" if clock.name != "kvm" or kvm.works else f"no: {kvm.reason}"
        table.add_row(clock.name, clock.unit, Text(here), clock.meaning)
    Console().print(table)


@click.command()
@click.option("--refresh", is_flag=True, help="Look for newer packages even when some are here.")
@kernels_option
def fetch(refresh: bool, patterns: tuple[str, ...]) -> int:
    """Get the kernels' images, so that later runs need no network."""
    catalog = load(find_root())
    console = Console()
    status = 0
    for kernel in catalog.select(names(patterns)):
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
