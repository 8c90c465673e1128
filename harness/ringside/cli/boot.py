"""`ringside boot`: boot kernels that run no workloads, and show how long booting took."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from ringside.catalog import Kernel, find_root, load
from ringside.cli import options
from ringside.conductor.boot_only import boot_without_workloads
from ringside.errors import CatalogError


@click.command()
@click.argument("kernel_ids", metavar="[ID]...", nargs=-1)
@options.clock_option(auto=False)
@click.option(
    "--boot", "way", metavar="WAY", help="Use this boot configuration, where a kernel has it."
)
@options.images_option
@options.patience_option
def boot(
    kernel_ids: tuple[str, ...],
    clock: str,
    way: str | None,
    images: dict[str, Path],
    patience: float,
) -> int:
    """Boot kernels that run no workloads, until they report that they are up.

    Without an ID, boot all whose image is available. Boot times are host times, and noisy. The
    console output is kept in results/boots. Exits 1 if a kernel did not come up.
    """
    catalog = load(find_root())
    user_images = options.user_images(catalog, images)
    kernels = [catalog.kernel(name) for name in kernel_ids] or [
        k
        for k in catalog.kernels
        if k.bootable and k.image is not None and (k.image.source != "file" or k.id in user_images)
    ]
    if not kernels:
        raise CatalogError("no kernel to boot: `ringside kernels` lists all kernels")
    chosen = options.resolve_clock(clock, catalog.root)
    errors, console = Console(stderr=True), Console()
    status = 0
    for kernel in kernels:
        with errors.status(f"booting {kernel.id}"):
            done = asyncio.run(
                boot_without_workloads(
                    catalog, kernel, chosen, way, user_images.get(kernel.id), patience
                )
            ).boot
        if done.ready_host_s is not None:
            said = _ready_line(kernel, done.last_lines)
            words = f"up after {done.ready_host_s:.2f} s (host time): {said}"
        else:
            words = f"{done.outcome}: {done.detail or 'no reason given'}"
            status = 1
        console.print(f"{kernel.id}: {words}", markup=False, highlight=False, soft_wrap=True)
    return status


def _ready_line(kernel: Kernel, lines: Sequence[str]) -> str:
    """The line that reported it up, or the last line if that is no longer available."""
    pattern = re.compile(kernel.console.ready or "")
    return next((line for line in lines if pattern.search(line)), lines[-1])
