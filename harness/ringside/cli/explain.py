"""`ringside explain`: where the instructions of one workload go, kernel beside kernel."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path
from typing import Literal

import click
from rich.console import Console

from ringside.catalog import Catalog, find_root, load
from ringside.cli import options
from ringside.cli.progress import ProgressView
from ringside.conductor import Request, prepare
from ringside.errors import CatalogError
from ringside.profile import Explanation


@click.command()
@click.argument("workload", metavar="WORKLOAD")
@click.option("--kernels", "kernels", multiple=True, metavar="A,B", help="On these kernels.")
@click.option("--revs", multiple=True, metavar="R1,R2", help="On our kernel at these revisions.")
@click.option("--functions", type=click.IntRange(min=1), default=20, show_default=True)
@options.profile_option
@options.images_option
@click.option(
    "--symbols",
    "symbols",
    multiple=True,
    metavar="ID=PATH",
    callback=options.parse_images,
    help="Take the functions of kernel ID from this ELF or System.map.",
)
@options.patience_option
@click.option("--no-report", is_flag=True, help="Write no files, only the tables.")
def explain(
    workload: str,
    kernels: tuple[str, ...],
    revs: tuple[str, ...],
    functions: int,
    profile: Literal["quick", "full"],
    images: dict[str, Path],
    symbols: dict[str, Path],
    patience: float,
    no_report: bool,
) -> int:
    """Say where the instructions of WORKLOAD go: by phase, by function, as flame graphs.

    Without --kernels and --revs: the reference and the kernel under test. Counts are those of the
    exact clock, seen by a plugin of QEMU; the guests are not changed.
    """
    catalog = load(find_root())
    revisions = options.names(revs)
    for kernel_id in symbols:
        catalog.kernel(kernel_id)
    request = Request(
        profile=profile,
        kernels=options.names(kernels) or _default_kernels(catalog, bool(revisions)),
        workloads=(workload,),
        images=options.given_images(catalog, images),
        patience=patience,
    )
    explained = _run(catalog, request, revisions, symbols)

    from ringside.report import explain_files
    from ringside.report import explained as tables

    console = Console()
    console.print(tables.terminal(explained, functions))
    if not no_report:
        now = datetime.datetime.now(datetime.UTC)
        name = f"{now:%Y%m%dT%H%M%SZ}-{explained[0].workload.replace('/', '-')}"
        page = explain_files.write(explained, catalog.root / "results" / "explain" / name)
        shown = page.relative_to(catalog.root)
        console.print(f"report: {shown}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _run(
    catalog: Catalog, request: Request, revisions: tuple[str, ...], symbols: dict[str, Path]
) -> tuple[Explanation, ...]:
    from ringside.conductor.explaining import explain_all, subjects_of, with_plugins

    with ProgressView(Console(stderr=True)) as view:
        plan = prepare(catalog, request, view)
        if len(plan.workloads) != 1:
            names = ", ".join(w.name for w in plan.workloads)
            raise CatalogError(f"one workload at a time is explained: {names}")
        view.preparing("getting a QEMU that a plugin can watch with")
        plan = with_plugins(plan)
        subjects = subjects_of(plan, revisions, view)
        return asyncio.run(explain_all(plan, subjects, symbols, view))


def _default_kernels(catalog: Catalog, revisions: bool) -> tuple[str, ...]:
    wanted = ("subject",) if revisions else ("reference", "subject")
    runnable = [k for k in catalog.kernels if k.runnable and k.default]
    found = tuple(k.id for role in wanted for k in runnable if k.role == role)
    if not found:
        raise CatalogError("no kernel to explain: say which with --kernels")
    return found
