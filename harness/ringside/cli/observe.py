"""`ringside observe`: boot an unmodified kernel and show the cost of each kernel entry."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from ringside.catalog import find_root, load
from ringside.cli import options
from ringside.cli.progress import ProgressView
from ringside.conductor import Request
from ringside.errors import StoreError


@click.command()
@click.argument("kernel_id", metavar="ID")
@click.option(
    "--image",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Boot this kernel or raw disk image as kernel ID.",
)
@options.workloads_option
@click.option("--boot", "way", metavar="WAY", help="Use this boot configuration.")
@click.option("--alone", is_flag=True, help="Boot without the runner.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.0, min_open=True),
    default=10.0,
    show_default=True,
    help="Host time limit without the runner.",
)
@options.patience_option
@click.option("--json", "json_file", metavar="FILE", help="Write the results as JSON.")
def observe(
    kernel_id: str,
    image: Path | None,
    workloads: tuple[str, ...],
    way: str | None,
    alone: bool,
    seconds: float,
    patience: float,
    json_file: str | None,
) -> int:
    """Boot kernel ID unmodified and show the cost of each kernel entry, in instructions.

    Covers system calls, exceptions and interrupts by number, address space switches, and the boot
    itself. With --workloads, the runner also runs these.
    """
    from ringside.conductor.observing import keep, observe_alone, observe_with_runner

    catalog = load(find_root())
    kernel = catalog.kernel(kernel_id)
    with ProgressView(Console(stderr=True)) as view:
        if alone or not kernel.runnable:
            observed = observe_alone(catalog, kernel, image, seconds * patience, view)
        else:
            request = Request(
                kernels=(kernel_id,),
                workloads=options.names(workloads) or None,
                way=way,
                images={kernel_id: image} if image else {},
                patience=patience,
            )
            observed = observe_with_runner(catalog, request, view)

    keep(catalog, observed)
    from ringside.report.observed import terminal

    console = Console()
    console.print(
        f"{observed.what}; ended because {observed.ending}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    console.print(terminal(observed.view), crop=False)
    if json_file is not None:
        _write(json_file, observed.view.model_dump_json(indent=1) + "\n")
    return 0


def _write(file: str, text: str) -> None:
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"--json {file}: {error.strerror}") from error
