"""`ringside check`: compare the kernel under test with its baseline."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click
from rich.console import Console

from ringside.catalog import Catalog, Kernel, find_root, load
from ringside.cli import options
from ringside.cli.conducting import run_request
from ringside.conductor import Request
from ringside.errors import JudgeError


@click.command()
@click.option(
    "--kernel", "kernel_id", metavar="ID", help="Kernel to check (default: the one under test)."
)
@click.option("--update", is_flag=True, help="Write the baseline instead of comparing with it.")
@options.clock_option(auto=False)
@options.profile_option
@click.option(
    "--baseline",
    "baseline_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The baseline file (default: results/baselines/<kernel>.<clock>.txt).",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0.0),
    default=0.0,
    show_default=True,
    help="Ignore cost increases up to this fraction: 0.01 is 1 %.",
)
@options.images_option
@options.patience_option
def check(
    kernel_id: str | None,
    update: bool,
    clock: str,
    profile: Literal["quick", "full"],
    baseline_file: Path | None,
    tolerance: float,
    images: dict[str, Path],
    patience: float,
) -> int:
    """Run the kernel under test and compare its costs with its baseline.

    Exits 0 without a regression, 1 if a cost increased or a workload failed, 2 if the run and the
    baseline can't be compared.
    """
    catalog = load(find_root())
    kernel = catalog.kernel(kernel_id) if kernel_id is not None else catalog.subject()
    path = baseline_file or default_baseline(catalog, kernel, clock)
    if not update and not path.is_file():
        raise JudgeError(f"{path}: no baseline found: `ringside check --update` writes it")
    request = Request(
        clock=options.resolve_clock(clock, catalog.root),
        profile=profile,
        kernels=(kernel.id,),
        images=options.user_images(catalog, images),
        patience=patience,
    )
    from ringside.report.terminal import verdict_table
    from ringside.stats import baseline

    before = None if update else baseline.load(path)
    run = run_request(catalog, request, Console(stderr=True)).run
    console = Console()
    if before is None:
        _write(path, baseline.dump(run, kernel.id))
        console.print(f"baseline written: {path}", markup=False, highlight=False, soft_wrap=True)
        return 0
    verdict = baseline.judge(before, run, tolerance)
    console.print(verdict_table(verdict))
    return verdict.exit_code


def default_baseline(catalog: Catalog, kernel: Kernel, clock: str) -> Path:
    """The default path of a kernel's baseline."""
    return catalog.root / "results" / "baselines" / f"{kernel.id}.{clock}.txt"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise JudgeError(f"{path}: {error.strerror}") from error
