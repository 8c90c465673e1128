"""Run all kernels, concurrently if the clock allows, and reboot those that crash."""

from __future__ import annotations

import asyncio
import datetime
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ringside.catalog import Workload
from ringside.conductor.boot import BootResult, boot_once
from ringside.conductor.cpus import host_cpus
from ringside.conductor.measure import measurement, probe_answer, status_of
from ringside.conductor.observer import Observer
from ringside.conductor.prepare import Candidate, Plan
from ringside.conductor.saved import SavedGuest, save_guest
from ringside.errors import MachineError, RingsideError
from ringside.image.elf import compiler_version
from ringside.machine.argv import cpu_model
from ringside.records import Result, Transcript, Verdict
from ringside.session import Outcome
from ringside.store.environment import git_state, read_host
from ringside.store.folder import RunFolder
from ringside.store.schema import (
    BootRecord,
    Environment,
    ImageRecord,
    Machine,
    Measurement,
    ProbeAnswer,
    Run,
    Status,
)


async def conduct(plan: Plan, folder: RunFolder, observer: Observer) -> Run:
    """Run `plan` and store the run in `folder`, also partially if this is cancelled.

    Raises MachineError if QEMU started for no kernel, and CancelledError if cancelled, in both
    cases after cleaning up.
    """
    started = datetime.datetime.now(datetime.UTC)
    conductor = _Conductor(plan, folder, observer)
    kernels = tuple(c.kernel.id for c in plan.candidates)
    observer.planned(kernels, len(plan.workloads), len(plan.probes))
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
    """The results of one kernel so far, by name."""

    candidate: Candidate
    measurements: dict[str, Measurement] = field(default_factory=dict)
    probes: dict[str, ProbeAnswer] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether this workload or probe has a result."""
        return name in self.measurements or name in self.probes


class _Conductor:
    def __init__(self, plan: Plan, folder: RunFolder, observer: Observer) -> None:
        self._plan = plan
        self._folder = folder
        self._observer = observer
        self._boots: list[tuple[int, int, BootRecord]] = []
        self._progress = [_Progress(candidate) for candidate in plan.candidates]
        # Each guest is pinned to its own host CPU: QEMU's main loop and vCPU thread race for the
        # virtual clock when the guest halts, unless they share a CPU.
        self._cpus: asyncio.Queue[int | None] = asyncio.Queue()
        for cpu in host_cpus() if plan.clock.parallel else (None,):
            self._cpus.put_nowait(cpu)

    async def all_kernels(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for order, progress in enumerate(self._progress):
                    group.create_task(self._kernel(order, progress))
        except BaseExceptionGroup as errors:
            # Report the first error; the other tasks were cancelled because of it.
            for error in errors.exceptions:
                if isinstance(error, RingsideError):
                    raise error from None
            raise

    async def _kernel(self, order: int, progress: _Progress) -> None:
        cpu = await self._cpus.get()
        try:
            await self._batches(order, progress, cpu)
        finally:
            self._cpus.put_nowait(cpu)

    async def _batches(self, order: int, progress: _Progress, cpu: int | None) -> None:
        if self._plan.request.isolation != "snapshot" or not self._plan.workloads:
            await self._run_batches(order, progress, cpu, None, 0)
            return
        self._plan.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="saved-", dir=self._plan.cache) as place:
            saved = await save_guest(
                self._plan, progress.candidate, Path(place), self._folder, self._observer, cpu
            )
            self._boots.append((order, 1, saved.record))
            self._observer.ended(saved.record)
            if saved.interrupted:
                raise asyncio.CancelledError
            await self._run_batches(order, progress, cpu, saved, 1)

    async def _run_batches(
        self,
        order: int,
        progress: _Progress,
        cpu: int | None,
        saved: SavedGuest | None,
        number: int,
    ) -> None:
        """Run the plan's batches, on copies of `saved` if given, after `number` boots."""
        dead = saved.record if saved is not None and not saved.restorable else None
        for batch in self._plan.batches:
            waiting: Sequence[Workload] = self._without_excluded(progress, batch)
            while waiting and dead is None:
                number += 1
                waiting, boot = await self._boot(order, progress, waiting, number, cpu, saved)
                # A kernel that did not become ready will not do so the next time.
                dead = boot if boot.ready_host_s is None else None
            for workload in batch:
                if dead is not None and not progress.has(workload.name):
                    self._skip(progress, workload, dead.detail or "the kernel did not boot")

    def _without_excluded(self, progress: _Progress, batch: Sequence[Workload]) -> list[Workload]:
        """The workloads of a batch that the manifest does not exclude; the others are skipped."""
        allowed = []
        for workload in batch:
            why = progress.candidate.kernel.exclusion_reason(workload.name)
            if why is None:
                allowed.append(workload)
            else:
                self._skip(progress, workload, f"left out: {why}")
        return allowed

    def _skip(self, progress: _Progress, workload: Workload, why: str) -> None:
        result = Result(name=workload.name, verdict=Verdict.NOT_BEGUN)
        self._keep(progress, workload, result, "skipped", why, None, None)

    async def _boot(
        self,
        order: int,
        progress: _Progress,
        workloads: Sequence[Workload],
        number: int,
        cpu: int | None,
        saved: SavedGuest | None,
    ) -> tuple[list[Workload], BootRecord]:
        """Boot once, or run one copy of the saved guest. Returns the workloads to retry in another
        boot, and the record of this one."""

        def on_end(index: int, transcript: Transcript) -> None:
            # For other clocks the tick rate is known only at the end of the boot.
            if self._plan.clock.unit == "instructions":
                result = transcript.result(index)
                if result.verdict is not Verdict.UNFINISHED:
                    status, detail = status_of(result, None, last_begun=True)
                    self._keep(progress, workloads[index], result, status, detail, None, number)

        once = boot_once if saved is None or workloads[0].is_probe else saved.run
        result = await once(
            self._plan,
            progress.candidate,
            workloads,
            number,
            self._folder,
            self._observer,
            on_end,
            cpu,
        )
        self._boots.append((order, number, result.record))
        self._observer.ended(result.record)
        return self._finish_boot(progress, workloads, result, number), result.record

    def _finish_boot(
        self, progress: _Progress, workloads: Sequence[Workload], boot: BootResult, number: int
    ) -> list[Workload]:
        """Determine the results that are still open; returns the workloads to retry."""
        transcript, ending = boot.transcript, boot.ending
        begun = [index for index in range(len(workloads)) if transcript.begun(index)]
        retry: list[Workload] = []
        for index, workload in enumerate(workloads):
            if progress.has(workload.name):
                continue
            result = transcript.result(index)
            if result.verdict is Verdict.NOT_BEGUN and begun and ending.outcome in _RETRIED:
                retry.append(workload)
                continue
            last = bool(begun) and index == begun[-1]
            status, detail = status_of(result, ending, last_begun=last)
            if result.verdict is Verdict.NOT_BEGUN:
                detail = transcript.violation or boot.record.detail or "never started"
            elif status in ("panicked", "hung"):
                detail = boot.record.detail or detail
            self._keep(progress, workload, result, status, detail, transcript.ns_per_tick, number)
        if ending.outcome is Outcome.INTERRUPTED:
            raise asyncio.CancelledError
        return retry

    def _keep(
        self,
        progress: _Progress,
        workload: Workload,
        result: Result,
        status: Status,
        detail: str | None,
        ns_per_tick: float | None,
        number: int | None,
    ) -> None:
        kernel = progress.candidate.kernel.id
        if workload.is_probe:
            answer = probe_answer(
                kernel=kernel, probe=workload, status=status, detail=detail, boot=number
            )
            progress.probes[workload.name] = answer
            self._folder.add_probe(answer)
            self._observer.probed(answer)
            return
        measured = measurement(
            kernel=kernel,
            workload=progress.candidate.workload_set.with_port_elf(workload),
            clock=self._plan.clock,
            result=result,
            status=status,
            detail=detail,
            ns_per_tick=ns_per_tick,
            boot=number,
        )
        progress.measurements[workload.name] = measured
        self._folder.add(measured)
        self._observer.measured(measured)

    def run(self, started: datetime.datetime, *, complete: bool) -> Run:
        """The run so far, in catalog order."""
        plan = self._plan
        boots = sorted(self._boots, key=lambda boot: boot[:2])
        index_of = {(order, number): index for index, (order, number, _) in enumerate(boots)}
        measurements = []
        answers = []
        for order, progress in enumerate(self._progress):
            for probe in plan.probes:
                answer = progress.probes.get(probe.name) or probe_answer(
                    kernel=progress.candidate.kernel.id,
                    probe=probe,
                    status="skipped",
                    detail="never started: the run was interrupted",
                    boot=None,
                )
                boot = None if answer.boot is None else index_of.get((order, answer.boot))
                answers.append(answer.model_copy(update={"boot": boot}))
            for workload in plan.workloads:
                measured = progress.measurements.get(workload.name)
                if measured is None:
                    measured = self._never_started(progress, workload)
                boot = None if measured.boot is None else index_of.get((order, measured.boot))
                measurements.append(measured.model_copy(update={"boot": boot}))
        return Run(
            profile=plan.request.profile,
            environment=self._environment(started),
            reference=plan.reference,
            kernels=tuple(c.kernel.id for c in plan.candidates),
            workloads=tuple(w.name for w in plan.workloads),
            images=tuple(_image_record(c, plan) for c in plan.candidates),
            boots=tuple(record for _, _, record in boots),
            measurements=tuple(measurements),
            probes=tuple(answers),
            isolation=plan.request.isolation,
            machines=_machines(plan),
            shuffle=plan.request.shuffle,
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
            cpu_model=cpu_model(first.boot.cpu, plan.clock),
            machine=first.boot.machine,
            arch=first.boot.arch,
            smp=plan.request.cpus,
            memory_mib=first.boot.memory_mib,
            host=read_host(),
            git_revision=revision,
            git_dirty=dirty,
            toolchain=compiler_version(first.workload_set.init),
            started=started,
        )


_RETRIED = (
    Outcome.PANICKED,
    Outcome.REBOOTED,
    Outcome.DIED,
    Outcome.HUNG,
    Outcome.FLOODED,
    Outcome.SILENT,
)


def _machines(plan: Plan) -> dict[str, Machine]:
    """The machines that differ from that of the first candidate, by kernel id."""
    found = {
        c.kernel.id: Machine(
            cpu_model=cpu_model(c.boot.cpu, plan.clock),
            machine=c.boot.machine,
            memory_mib=c.boot.memory_mib,
        )
        for c in plan.candidates
    }
    first = found[plan.candidates[0].kernel.id]
    return {kernel: machine for kernel, machine in found.items() if machine != first}


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
