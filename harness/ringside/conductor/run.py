"""The whole run: every kernel, side by side where the clock allows, restarted where one died."""

from __future__ import annotations

import asyncio
import datetime
import os
from dataclasses import dataclass, field

from ringside.catalog import Workload
from ringside.conductor.boot import BootResult, boot_once
from ringside.conductor.measure import measurement, status_of
from ringside.conductor.observer import Observer
from ringside.conductor.prepare import Candidate, Plan
from ringside.errors import MachineError, RingsideError
from ringside.image.elf import compiler
from ringside.machine.argv import SMP
from ringside.records import Result, Transcript, Verdict
from ringside.session import Outcome
from ringside.store.environment import git_state, read_host
from ringside.store.folder import RunFolder
from ringside.store.schema import (
    BootRecord,
    Environment,
    ImageRecord,
    Measurement,
    Run,
    Status,
)


async def conduct(plan: Plan, folder: RunFolder, observer: Observer) -> Run:
    """Run the plan into `folder`. The run is kept, and partly kept when this is cancelled.

    Raises MachineError when QEMU started for no kernel at all, and CancelledError when it was
    cancelled, both after all is tidied away.
    """
    started = datetime.datetime.now(datetime.UTC)
    conductor = _Conductor(plan, folder, observer)
    observer.planned(tuple(c.kernel.id for c in plan.candidates), len(plan.workloads))
    interrupted = False
    try:
        await conductor.all_kernels()
    except asyncio.CancelledError:
        interrupted = True
        raise
    finally:
        run = conductor.run(started, complete=not interrupted)
        folder.finish(run)
    if all(boot.outcome == Outcome.DIED and boot.ready_host_s is None for boot in run.boots):
        raise MachineError(run.boots[0].detail or "QEMU did not start")
    return run


@dataclass
class _Progress:
    """What one kernel has so far. `boots` are indices into the run's boots."""

    candidate: Candidate
    measurements: dict[str, Measurement] = field(default_factory=dict)


class _Conductor:
    def __init__(self, plan: Plan, folder: RunFolder, observer: Observer) -> None:
        self._plan = plan
        self._folder = folder
        self._observer = observer
        self._boots: list[tuple[int, int, BootRecord]] = []
        self._progress = [_Progress(candidate) for candidate in plan.candidates]
        width = len(os.sched_getaffinity(0)) if plan.clock.parallel else 1
        self._room = asyncio.Semaphore(width)

    async def all_kernels(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for order, progress in enumerate(self._progress):
                    group.create_task(self._kernel(order, progress))
        except BaseExceptionGroup as errors:
            # One reason is enough for one line; the others were cancelled because of it.
            for error in errors.exceptions:
                if isinstance(error, RingsideError):
                    raise error from None
            raise

    async def _kernel(self, order: int, progress: _Progress) -> None:
        async with self._room:
            number = 0
            waiting = list(self._plan.workloads)
            while waiting:
                number += 1
                waiting = await self._boot(order, progress, waiting, number)

    async def _boot(
        self, order: int, progress: _Progress, workloads: list[Workload], number: int
    ) -> list[Workload]:
        """Boot once; the workloads that are still to be run on a fresh boot."""

        def on_end(index: int, transcript: Transcript) -> None:
            # Elsewhere the tick rate is only known when the guest says goodbye.
            if self._plan.clock.unit == "instructions":
                result = transcript.result(index)
                if result.verdict is not Verdict.UNFINISHED:
                    status, detail = status_of(result, None, last_begun=True)
                    self._keep(progress, workloads[index], result, status, detail, None, number)

        done = await boot_once(
            self._plan,
            progress.candidate,
            workloads,
            number,
            self._folder,
            self._observer,
            on_end,
        )
        self._boots.append((order, number, done.record))
        self._observer.ended(done.record)
        return self._settle_up(progress, workloads, done, number)

    def _settle_up(
        self, progress: _Progress, workloads: list[Workload], done: BootResult, number: int
    ) -> list[Workload]:
        """Judge what the boot left open."""
        transcript, ending = done.transcript, done.ending
        begun = [index for index in range(len(workloads)) if transcript.begun(index)]
        again: list[Workload] = []
        for index, workload in enumerate(workloads):
            if workload.name in progress.measurements:
                continue
            result = transcript.result(index)
            if result.verdict is Verdict.NOT_BEGUN and begun and ending.outcome in _RESTARTED:
                again.append(workload)
                continue
            last = bool(begun) and index == begun[-1]
            status, detail = status_of(result, ending, last_begun=last)
            if result.verdict is Verdict.NOT_BEGUN:
                detail = transcript.complaint or done.record.detail or "never started"
            elif status in ("panicked", "hung"):
                detail = done.record.detail or detail
            self._keep(progress, workload, result, status, detail, transcript.ns_per_tick, number)
        if ending.outcome is Outcome.INTERRUPTED:
            raise asyncio.CancelledError
        return again

    def _keep(
        self,
        progress: _Progress,
        workload: Workload,
        result: Result,
        status: Status,
        detail: str | None,
        ns_per_tick: float | None,
        number: int,
    ) -> None:
        made = measurement(
            kernel=progress.candidate.kernel.id,
            workload=workload,
            clock=self._plan.clock,
            result=result,
            status=status,
            detail=detail,
            ns_per_tick=ns_per_tick,
            boot=number,
        )
        progress.measurements[workload.name] = made
        self._folder.add(made)
        self._observer.measured(made)

    def run(self, started: datetime.datetime, *, complete: bool) -> Run:
        """The run so far, everything in the order of the catalog."""
        plan = self._plan
        boots = sorted(self._boots, key=lambda boot: boot[:2])
        index_of = {(order, number): index for index, (order, number, _) in enumerate(boots)}
        measurements = []
        for order, progress in enumerate(self._progress):
            for workload in plan.workloads:
                made = progress.measurements.get(workload.name)
                if made is None:
                    made = self._never_started(progress, workload)
                at = None if made.boot is None else index_of.get((order, made.boot))
                measurements.append(made.model_copy(update={"boot": at}))
        return Run(
            profile=plan.request.profile,
            environment=self._environment(started),
            reference=plan.reference,
            kernels=tuple(c.kernel.id for c in plan.candidates),
            workloads=tuple(w.name for w in plan.workloads),
            images=tuple(_image_record(c, plan) for c in plan.candidates),
            boots=tuple(record for _, _, record in boots),
            measurements=tuple(measurements),
            complete=complete,
        )

    def _never_started(self, progress: _Progress, workload: Workload) -> Measurement:
        return measurement(
            kernel=progress.candidate.kernel.id,
            workload=workload,
            clock=self._plan.clock,
            result=Result(name=workload.name, verdict=Verdict.NOT_BEGUN),
            status="skipped",
            detail="never started: the run was interrupted",
            ns_per_tick=None,
            boot=None,
        )

    def _environment(self, started: datetime.datetime) -> Environment:
        plan = self._plan
        revision, dirty = git_state(plan.root)
        first = plan.candidates[0]
        return Environment(
            clock=plan.clock.name,
            qemu_version=plan.qemu.full_version,
            cpu_model=plan.clock.cpu_model,
            machine=first.boot.machine,
            arch=first.boot.arch,
            smp=SMP,
            memory_mib=first.boot.memory_mib,
            host=read_host(),
            git_revision=revision,
            git_dirty=dirty,
            toolchain=compiler(first.workload_set.init),
            started=started,
        )


_RESTARTED = (
    Outcome.PANICKED,
    Outcome.REBOOTED,
    Outcome.DIED,
    Outcome.HUNG,
    Outcome.FLOODED,
    Outcome.SILENT,
)


def _image_record(candidate: Candidate, plan: Plan) -> ImageRecord:
    image = candidate.image
    path = image.path
    return ImageRecord(
        kernel=image.kernel,
        path=str(path.relative_to(plan.root) if path.is_relative_to(plan.root) else path),
        sha256=image.sha256,
        version=image.version,
        package=image.package,
        package_sha256=image.package_sha256,
        suite=image.suite,
        proven=dict(image.proven),
    )
