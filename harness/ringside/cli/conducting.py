"""Run a request with progress on the terminal; shared by `compare` and `check`."""

from __future__ import annotations

import asyncio
import datetime
import signal
from dataclasses import dataclass

from rich.console import Console

from ringside.catalog import Catalog
from ringside.cli.progress import ProgressView, earlier_seconds
from ringside.conductor import Plan, Request, conduct, prepare
from ringside.store import Run, RunFolder


@dataclass(frozen=True)
class Conducted:
    """A run, its directory, and a line for each kernel that was left out."""

    run: Run
    folder: RunFolder
    left_out: tuple[str, ...] = ()


def run_request(catalog: Catalog, request: Request, console: Console) -> Conducted:
    """Prepare and run. Progress goes to `console`, which is standard error.

    Raises KeyboardInterrupt when interrupted, after saving the results so far, and RingsideError
    if the run is not possible.
    """
    results = catalog.root / "results"
    with ProgressView(console) as view:
        plan = prepare(catalog, request, view)
        view.expect(earlier_seconds(results, plan))
        started = datetime.datetime.now(datetime.UTC)
        folder = RunFolder.create(results, plan.clock.name, started)
        try:
            run = asyncio.run(_until_signal(plan, folder, view))
        except KeyboardInterrupt:
            kept = folder.path.relative_to(catalog.root)
            console.print(f"partial results are in {kept}", markup=False, highlight=False)
            raise
    return Conducted(run=run, folder=folder, left_out=plan.left_out)


async def _until_signal(plan: Plan, folder: RunFolder, view: ProgressView) -> Run:
    """Handle SIGTERM like Ctrl-C."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await conduct(plan, folder, view)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
