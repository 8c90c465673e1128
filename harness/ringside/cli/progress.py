"""Live progress of a run: one line per kernel, and the remaining time."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from ringside.conductor import Plan
from ringside.errors import StoreError
from ringside.store import BootRecord, Measurement, ProbeAnswer, find_run, load_run

# Time of a probe relative to a workload's: a fifth in quick runs, a twentieth in full ones.
_PROBE = 0.1


class _Left(ProgressColumn):
    """Remaining time, from an earlier run of the same kernel, else from the progress so far."""

    def render(self, task: Task) -> Text:
        left = seconds_left(
            task.elapsed or 0.0,
            task.fields.get("work_done", task.completed),
            task.fields.get("work", task.total or 1),
            task.fields.get("expected"),
        )
        return Text("" if left is None or task.finished else f"{left:.0f} s left", style="dim")


def seconds_left(elapsed: float, done: float, total: float, expected: float | None) -> float | None:
    """Estimated remaining seconds of a kernel, or None if unknown."""
    if expected is not None and elapsed < expected:
        return expected - elapsed
    if done <= 0:
        return None
    return elapsed / done * (total - done)


class ProgressView:
    """An observer of a run. It draws on a terminal, and otherwise prints a line per boot."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            _Left(),
            TextColumn("{task.fields[now]}", style="dim", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._expected: dict[str, float] = {}
        self._preparing: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def expect(self, seconds: dict[str, float]) -> None:
        """Set the host seconds that each kernel took in an earlier run."""
        self._expected = seconds

    def preparing(self, what: str) -> None:
        """Show what is being built or fetched."""
        if self._preparing is None:
            self._preparing = self._progress.add_task("preparing", total=None, now="")
        self._progress.update(self._preparing, now=what)
        if not self._console.is_terminal:
            self._console.print(what, markup=False, highlight=False)

    def planned(self, kernels: tuple[str, ...], workloads: int, probes: int) -> None:
        """Add a line for each kernel."""
        if self._preparing is not None:
            self._progress.remove_task(self._preparing)
        for kernel in kernels:
            self._tasks[kernel] = self._progress.add_task(
                kernel,
                total=workloads + probes,
                start=False,
                now="waiting",
                work=workloads + probes * _PROBE,
                work_done=0.0,
                expected=self._expected.get(kernel),
            )

    def booting(self, kernel: str, boot: int) -> None:
        """A kernel starts."""
        if boot == 1:
            self._progress.start_task(self._tasks[kernel])
        self._progress.update(self._tasks[kernel], now="booting" if boot == 1 else "rebooting")

    def ready(self, kernel: str) -> None:
        """The runner waits until the guest is idle."""
        self._progress.update(self._tasks[kernel], now="settling")

    def measuring(self, kernel: str, workload: str) -> None:
        """It runs a workload."""
        self._progress.update(self._tasks[kernel], now=workload)

    def measured(self, measurement: Measurement) -> None:
        """A workload is over."""
        self._advance(self._tasks[measurement.kernel], 1.0)

    def probed(self, answer: ProbeAnswer) -> None:
        """A probe is over."""
        self._advance(self._tasks[answer.kernel], _PROBE)

    def _advance(self, task: TaskID, work: float) -> None:
        done = self._progress.tasks[self._progress.task_ids.index(task)].fields["work_done"]
        self._progress.update(task, advance=1, work_done=done + work)

    def ended(self, boot: BootRecord) -> None:
        """A boot is over."""
        self._progress.update(self._tasks[boot.kernel], now=boot.outcome)
        if not self._console.is_terminal or boot.outcome != "finished":
            took = f"{boot.end_host_s:.1f} s" if boot.end_host_s is not None else "?"
            detail = f": {boot.detail}" if boot.detail else ""
            self._console.print(
                f"{boot.kernel}: {boot.outcome} after {took}{detail}", markup=False, highlight=False
            )


def earlier_seconds(results: Path, plan: Plan) -> dict[str, float]:
    """Host seconds that each kernel took in the latest run, if that was like `plan`."""
    try:
        run = load_run(find_run(results, None))
    except StoreError:
        return {}
    names = tuple(workload.name for workload in plan.workloads)
    same = (run.environment.clock, run.profile, run.workloads) == (
        plan.clock.name,
        plan.request.profile,
        names,
    )
    seconds: dict[str, float] = {}
    for boot in run.boots if same and run.complete else ():
        seconds[boot.kernel] = seconds.get(boot.kernel, 0.0) + (boot.end_host_s or 0.0)
    return seconds
