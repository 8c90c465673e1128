"""`ringside compare`: run the same workloads on several kernels and compare the costs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import click
from rich.console import Console

from ringside.catalog import Catalog, find_root, load
from ringside.cli import options
from ringside.cli.conducting import run_request
from ringside.cli.jsonl import check_json, write_json
from ringside.conductor import Request
from ringside.store import Isolation, Run

# The maximum number of tasks of a scaling workload.
SCALING_CPUS = 4


@click.command()
@options.kernels_option
@options.workloads_option
@options.clock_option(auto=True)
@options.profile_option
@click.option(
    "--boot", "way", metavar="WAY", help="Use this boot configuration, where a kernel has it."
)
@click.option("--reference", metavar="ID", help="Compute ratios to this kernel.")
@options.cpus_option(default=None)
@options.images_option
@options.patience_option
@click.option("--sweep", is_flag=True, help="Run parameter sweeps for charts.")
@click.option(
    "--scaling",
    is_flag=True,
    help="Run the scaling workloads with 1, 2 and 4 tasks, on 4 CPUs or --cpus.",
)
@click.option(
    "--isolate",
    type=click.Choice(get_args(Isolation)),
    default="child",
    show_default=True,
    help="Run each workload in a process of its own, after a boot of its own, or in a copy of a "
    "settled guest.",
)
@click.option(
    "--shuffle", type=click.INT, metavar="SEED", help="Shuffle the workloads with this seed."
)
@click.option("--no-probes", is_flag=True, help="Don't run the feature probes.")
@click.option("--json", "json_file", metavar="FILE", help="Write JSON lines to FILE; - is stdout.")
@click.option("--no-report", is_flag=True, help="Print the table only, write no report.")
def compare(
    patterns: tuple[str, ...],
    workloads: tuple[str, ...],
    clock: str,
    profile: Literal["quick", "full"],
    way: str | None,
    cpus: int | None,
    reference: str | None,
    images: dict[str, Path],
    patience: float,
    sweep: bool,
    scaling: bool,
    isolate: Isolation,
    shuffle: int | None,
    no_probes: bool,
    json_file: str | None,
    no_report: bool,
) -> int:
    """Run the same workloads on several kernels and show what each operation costs.

    By default, run all workloads on the default kernels with the exact clock. Exits 0 if every
    workload was measured or is not supported by the kernel, 1 if something failed or a kernel was
    not available, 2 if the run was not possible.
    """
    if json_file is not None:
        check_json(json_file)
    if sweep and scaling:
        raise click.UsageError("--sweep and --scaling can't be combined")
    catalog = load(find_root())
    request = Request(
        clock=options.resolve_clock(clock, catalog.root),
        profile=profile,
        kernels=options.names(patterns),
        workloads=options.names(workloads),
        sweep=sweep,
        scaling=scaling,
        # A selection of workloads excludes the probes.
        probes=None if no_probes or sweep or scaling or workloads else (),
        isolation=isolate,
        shuffle=shuffle,
        way=way,
        cpus=cpus or (SCALING_CPUS if scaling else 1),
        reference=reference,
        images=options.user_images(catalog, images),
        patience=patience,
    )
    errors = Console(stderr=True)
    conducted = run_request(catalog, request, errors)
    run = conducted.run
    output = errors if json_file == "-" else Console()
    if json_file is not None:
        write_json(run, json_file)
    show(run, catalog, output)
    if not no_report:
        show_report(run, catalog, conducted.folder.path, output)
    for line in conducted.left_out:
        errors.print(f"ringside: {line}", markup=False, highlight=False)
    return max(status_of(run), 1 if conducted.left_out else 0)


def status_of(run: Run) -> int:
    """0 if every workload was measured or is not supported by its kernel, else 1."""
    return 0 if all(m.status in ("ok", "absent") for m in run.measurements) else 1


def show(run: Run, catalog: Catalog, console: Console) -> None:
    """Print the table of costs, and a line for each failure."""
    from ringside.report.failures import reasons
    from ringside.report.terminal import latency_table, probe_table, scaling_table

    scaling = scaling_table(run, catalog.kernels)
    if scaling is not None:
        console.print(scaling)
    if scaling is None or not all(m.tasks for m in run.measurements):
        console.print(latency_table(run, catalog.kernels))
    if run.probes:
        console.print(probe_table(run, catalog.kernels))
    for boot in run.boots:
        if boot.settle is not None and not boot.settle.ok:
            console.print(
                f"{boot.kernel}: the guest did not settle in {boot.settle.rounds} rounds",
                markup=False,
                highlight=False,
            )
    for reason in reasons(run.measurements):
        console.print(reason.line(), markup=False, highlight=False, soft_wrap=True)


def show_report(run: Run, catalog: Catalog, folder: Path, console: Console) -> None:
    """Write the report into the run's directory and print its path."""
    from ringside.report import write

    report = write(run, catalog.kernels, folder)
    if report.notice:
        console.print(report.notice, markup=False, highlight=False, soft_wrap=True)
    for path in (report.markdown, report.html):
        shown = path.relative_to(catalog.root) if path.is_relative_to(catalog.root) else path
        console.print(f"report: {shown}", markup=False, highlight=False, soft_wrap=True)
