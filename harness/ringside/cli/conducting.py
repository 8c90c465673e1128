"""Run a request with progress on the terminal; what `compare` and `check` share."""

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
    """A run, the folder that keeps it, and a line for each kernel that had to be left out."""

    run: Run
    folder: RunFolder
    left_out: tuple[str, ...] = ()


def run_request(catalog: Catalog, request: Request, console: Console) -> Conducted:
    """Prepare and run. Progress goes to `console`, which is standard error.

    Raises KeyboardInterrupt when interrupted, after what was measured is kept, and RingsideError
    when it can't be done.
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
            console.print(f"what was measured is in {kept}", markup=False, highlight=False)
            raise
    return Conducted(run=run, folder=folder, left_out=plan.left_out)


async def _until_signal(plan: Plan, folder: RunFolder, view: ProgressView) -> Run:
    """SIGTERM ends a run as tidily as Ctrl-C does."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await conduct(plan, folder, view)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
