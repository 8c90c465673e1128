"""`ringside explain`: where the instructions of one workload go, by kernel."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from rich.console import Console

from ringside.catalog import Catalog, find_root, load
from ringside.cli import options
from ringside.cli.into import put_into
from ringside.cli.progress import ProgressView
from ringside.conductor import Plan, Request, prepare
from ringside.errors import CatalogError
from ringside.machine.argv import cpu_model
from ringside.profile import Explanation

if TYPE_CHECKING:
    from ringside.report.example import Topic


@click.command()
@click.argument("workload", metavar="WORKLOAD")
@click.option("--kernels", "kernels", multiple=True, metavar="A,B", help="Kernels to run.")
@click.option(
    "--revs", multiple=True, metavar="R1,R2", help="Git revisions of the kernel under test."
)
@click.option(
    "--functions",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="Number of functions to show.",
)
@options.profile_option
@options.images_option
@click.option(
    "--symbols",
    "symbols",
    multiple=True,
    metavar="ID=PATH",
    callback=options.parse_images,
    help="Read the symbols of kernel ID from this ELF or System.map.",
)
@options.patience_option
@click.option("--no-report", is_flag=True, help="Print the tables only, write no files.")
@click.option(
    "--into",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also replace the example in this file (two kernels, the first by topic).",
)
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
    into: Path | None,
) -> int:
    """Show where the instructions of WORKLOAD go: by phase, by function, as flame graphs.

    By default, compare the reference kernel and the kernel under test. A QEMU plugin counts
    instructions in the exact clock; the guests are not modified.
    """
    catalog = load(find_root())
    revisions = options.names(revs)
    for kernel_id in symbols:
        catalog.kernel(kernel_id)
    request = Request(
        profile=profile,
        kernels=options.names(kernels) or _default_kernels(catalog, bool(revisions)),
        workloads=(workload,),
        images=options.user_images(catalog, images),
        patience=patience,
    )
    topics = _topics(catalog) if into is not None else ()
    explained, plan = _run(catalog, request, revisions, symbols)

    from ringside.report import example, explain_files
    from ringside.report import explained as tables

    console = Console()
    console.print(tables.terminal(explained, functions))
    if not no_report:
        now = datetime.datetime.now(datetime.UTC)
        name = f"{now:%Y%m%dT%H%M%SZ}-{explained[0].workload.replace('/', '-')}"
        page = explain_files.write(explained, catalog.root / "results" / "explain" / name)
        shown = page.relative_to(catalog.root)
        console.print(f"report: {shown}", markup=False, highlight=False, soft_wrap=True)
    if into is not None:
        made = example.made(explained, topics, _where(plan))
        put_into(into, lambda before: example.update_document(before, made, str(into)))
    return 0


def _run(
    catalog: Catalog, request: Request, revisions: tuple[str, ...], symbols: dict[str, Path]
) -> tuple[tuple[Explanation, ...], Plan]:
    from ringside.conductor.explaining import explain_all, subjects_of, with_plugin_support

    with ProgressView(Console(stderr=True)) as view:
        plan = prepare(catalog, request, view)
        if len(plan.workloads) != 1:
            names = ", ".join(w.name for w in plan.workloads)
            raise CatalogError(f"select one workload, not several: {names}")
        view.preparing("getting a QEMU with plugin support")
        plan = with_plugin_support(plan)
        subjects = subjects_of(plan, revisions, view)
        return asyncio.run(explain_all(plan, subjects, symbols, view)), plan


def _topics(catalog: Catalog) -> tuple[Topic, ...]:
    from ringside.report import example

    return example.load(catalog.root / "docs" / "observe.toml")


def _where(plan: Plan) -> str:
    packages = [
        f"{c.kernel.name} {c.image.version}" for c in plan.candidates if c.image.package is not None
    ]
    cpu = cpu_model(plan.candidates[0].boot.cpu, plan.clock)
    return ", ".join((*packages, f"`{cpu}`", f"QEMU {plan.qemu.version}"))


def _default_kernels(catalog: Catalog, revisions: bool) -> tuple[str, ...]:
    wanted = ("subject",) if revisions else ("reference", "subject")
    runnable = [k for k in catalog.kernels if k.runnable and k.default]
    found = tuple(k.id for role in wanted for k in runnable if k.role == role)
    if not found:
        raise CatalogError("no kernel to explain: select one with --kernels")
    return found
