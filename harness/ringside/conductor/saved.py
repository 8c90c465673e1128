"""A guest that is booted once and saved when it has come to rest; each workload gets a copy."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ringside.catalog import Workload
from ringside.conductor.boot import BootResult, Watched, attend, record_of, shown, told_by
from ringside.conductor.observer import Observer
from ringside.conductor.prepare import Candidate, Plan
from ringside.conductor.spec import load
from ringside.image.snapshot import LINE, SnapshotPoint, snapshot_point
from ringside.machine import MachineSpec, build_argv
from ringside.machine.snapshot import ArgvFor, RestoredMachine, SavedMachine
from ringside.records import Transcript, Verdict
from ringside.session import Outcome
from ringside.session.lines import LineSplitter
from ringside.store.folder import RunFolder
from ringside.store.schema import BootRecord

# Several CPUs take turns on one thread of QEMU's, and now and then its own housekeeping, which runs
# at the host's time, ends a turn early: some 1 in 40 copies count a little otherwise.
_COPIES_MAX = 6


@dataclass(frozen=True)
class Saved:
    """The boot that was to be saved, and what copies of it need. `said` is its console."""

    record: BootRecord
    spec: MachineSpec
    point: SnapshotPoint
    file: Path
    said: bytes
    restorable: bool

    @property
    def interrupted(self) -> bool:
        """Whether the boot ended because the run did."""
        return self.record.outcome == Outcome.INTERRUPTED.value

    async def run(
        self,
        plan: Plan,
        candidate: Candidate,
        workloads: Sequence[Workload],
        number: int,
        folder: RunFolder,
        observer: Observer,
        on_end: Callable[[int, Transcript], None],
        cpu: int | None = None,
    ) -> BootResult:
        """Run the one workload in `workloads` on a copy of the guest; else as `boot_once`.

        The transcript begins with what the guest had said before it was saved. Where CPUs take
        turns in the exact clock, copies are run until two count alike, and the second is the
        result.
        """
        copy = functools.partial(
            self._copy, plan, candidate, workloads, number, folder, observer, cpu
        )
        if plan.request.cpus == 1 or plan.clock.unit != "instructions":
            return await copy(on_end)
        seen: set[tuple[tuple[int, ...], ...]] = set()
        for copies in range(1, _COPIES_MAX + 1):
            done = await copy(_nobody)
            result = done.transcript.result(0)
            counts = (result.ticks, result.overhead)
            over = done.ending.outcome is Outcome.INTERRUPTED or result.verdict is not Verdict.WHOLE
            if over or counts in seen:
                record = done.record.model_copy(update={"copies": copies})
                return dataclasses.replace(done, record=record)
            seen.add(counts)
        return _no_two_alike(done, workloads)

    async def _copy(
        self,
        plan: Plan,
        candidate: Candidate,
        workloads: Sequence[Workload],
        number: int,
        folder: RunFolder,
        observer: Observer,
        cpu: int | None,
        on_end: Callable[[int, Transcript], None],
    ) -> BootResult:
        (workload,) = workloads
        kernel = candidate.kernel
        observer.booting(kernel.id, number)
        transcript = Watched([workload.name], kernel.id, observer, on_end)
        cutter = LineSplitter()
        for line in (*cutter.feed(self.said), *cutter.finish()):
            transcript.feed(line)
        machine = RestoredMachine(
            _argv_for(plan, self.spec, incoming=True), self.point, self.file, workload.name, cpu
        )
        with folder.console(kernel.id, number) as (log, keep):
            ending = await attend(plan, candidate, machine, transcript, keep)
        record = self.record.model_copy(
            update={
                **told_by(ending, transcript, candidate.file),
                "argv": shown(machine.argv, plan.root),
                "console": log,
                "restored": True,
            }
        )
        return BootResult(transcript=transcript, ending=ending, record=record)


def _nobody(index: int, transcript: Transcript) -> None:
    """Hear of an end that the next copy has still to confirm."""


def _no_two_alike(done: BootResult, workloads: Sequence[Workload]) -> BootResult:
    """`done` without its number."""
    why = f"no two of {_COPIES_MAX} copies had the same counts: use --isolate child"
    nothing = Transcript([workload.name for workload in workloads])
    record = done.record.model_copy(
        update={"outcome": Outcome.DIED.value, "detail": why, "copies": _COPIES_MAX}
    )
    return BootResult(transcript=nothing, ending=done.ending, record=record)


async def save_guest(
    plan: Plan,
    candidate: Candidate,
    place: Path,
    folder: RunFolder,
    observer: Observer,
    cpu: int | None = None,
) -> Saved:
    """Boot `candidate` and save it into a file in `place` once it has come to rest.

    Raises ImageError when its runner can't be stopped for that. What else goes wrong is in the
    record, and then there is nothing to restore.
    """
    point = snapshot_point(candidate.workload_set.init)
    spec, made = load(candidate, [LINE], plan.request.profile, plan.cache, plan.request.cpus)
    kernel = candidate.kernel
    observer.booting(kernel.id, 1)
    transcript = Watched([LINE], kernel.id, observer)
    file = place / kernel.id
    machine = SavedMachine(_argv_for(plan, spec), point, file, cpu)
    said = bytearray()
    with folder.console(kernel.id, 1) as (log, keep):

        def keep_both(data: bytes) -> None:
            said.extend(data)
            keep(data)

        ending = await attend(plan, candidate, machine, transcript, keep_both, made.script)
    record = record_of(plan, candidate, machine, made, log, ending, transcript)
    if machine.is_saved:
        return Saved(record, spec, point, file, bytes(said), restorable=True)
    if ending.outcome is Outcome.FINISHED:
        why = "the runner never reached the snapshot point"
        record = record.model_copy(update={"outcome": Outcome.DIED.value, "detail": why})
    return Saved(record, spec, point, file, bytes(said), restorable=False)


def _argv_for(plan: Plan, spec: MachineSpec, *, incoming: bool = False) -> ArgvFor:
    def argv(qmp: int, debugger: int) -> tuple[str, ...]:
        return build_argv(spec, plan.clock, plan.qemu.binary, qmp, debugger, incoming=incoming)

    return argv
