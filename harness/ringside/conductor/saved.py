"""Boot a guest once and save it when it is idle; each workload then runs in a copy."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ringside.catalog import Workload
from ringside.conductor.boot import (
    BootResult,
    ObservedTranscript,
    record_of,
    relative_paths,
    result_fields,
    run_machine,
)
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

# Several CPUs take turns on one thread of QEMU. Rarely its main loop, which follows the host's
# time, ends a turn early: about 1 in 40 copies has slightly different counts.
_COPIES_MAX = 6


@dataclass(frozen=True)
class SavedGuest:
    """The boot that was saved, and what is needed to run copies. `console` is its output."""

    record: BootRecord
    spec: MachineSpec
    point: SnapshotPoint
    file: Path
    console: bytes
    restorable: bool

    @property
    def interrupted(self) -> bool:
        """Whether the run was interrupted during the boot."""
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
        """Run the only workload of `workloads` in a copy of the guest; otherwise like `boot_once`.

        The transcript begins with the guest's output before it was saved. With several CPUs in the
        exact clock copies are run until two have equal counts, and the second is the result.
        """
        copy = functools.partial(
            self._copy, plan, candidate, workloads, number, folder, observer, cpu
        )
        if plan.request.cpus == 1 or plan.clock.unit != "instructions":
            return await copy(on_end)
        seen: set[tuple[tuple[int, ...], ...]] = set()
        for copies in range(1, _COPIES_MAX + 1):
            boot = await copy(_ignore)
            result = boot.transcript.result(0)
            counts = (result.ticks, result.overhead)
            over = boot.ending.outcome is Outcome.INTERRUPTED or result.verdict is not Verdict.WHOLE
            if over or counts in seen:
                record = boot.record.model_copy(update={"copies": copies})
                return dataclasses.replace(boot, record=record)
            seen.add(counts)
        return _without_result(boot, workloads)

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
        transcript = ObservedTranscript([workload.name], kernel.id, observer, on_end)
        splitter = LineSplitter()
        for line in (*splitter.feed(self.console), *splitter.finish()):
            transcript.feed(line)
        machine = RestoredMachine(
            _argv_for(plan, self.spec, incoming=True), self.point, self.file, workload.name, cpu
        )
        with folder.console(kernel.id, number) as (log, keep):
            ending = await run_machine(plan, candidate, machine, transcript, keep)
        record = self.record.model_copy(
            update={
                **result_fields(ending, transcript, candidate.file),
                "argv": relative_paths(machine.argv, plan.root),
                "console": log,
                "restored": True,
            }
        )
        return BootResult(transcript=transcript, ending=ending, record=record)


def _ignore(index: int, transcript: Transcript) -> None:
    """Ignore the end of a workload whose counts must be confirmed by another copy."""


def _without_result(boot: BootResult, workloads: Sequence[Workload]) -> BootResult:
    """`boot` without its measurement, because no two copies agreed."""
    why = f"no two of {_COPIES_MAX} copies had the same counts: use --isolate child"
    empty = Transcript([workload.name for workload in workloads])
    record = boot.record.model_copy(
        update={"outcome": Outcome.DIED.value, "detail": why, "copies": _COPIES_MAX}
    )
    return BootResult(transcript=empty, ending=boot.ending, record=record)


async def save_guest(
    plan: Plan,
    candidate: Candidate,
    directory: Path,
    folder: RunFolder,
    observer: Observer,
    cpu: int | None = None,
) -> SavedGuest:
    """Boot `candidate` and save it to a file in `directory` when it is idle.

    Raises ImageError if its runner does not support this. Other failures are in the record, and the
    guest is then not `restorable`.
    """
    point = snapshot_point(candidate.workload_set.init)
    spec, delivered = load(candidate, [LINE], plan.request.profile, plan.cache, plan.request.cpus)
    kernel = candidate.kernel
    observer.booting(kernel.id, 1)
    transcript = ObservedTranscript([LINE], kernel.id, observer)
    file = directory / kernel.id
    machine = SavedMachine(_argv_for(plan, spec), point, file, cpu)
    console = bytearray()
    with folder.console(kernel.id, 1) as (log, keep):

        def keep_both(data: bytes) -> None:
            console.extend(data)
            keep(data)

        ending = await run_machine(
            plan, candidate, machine, transcript, keep_both, delivered.script
        )
    record = record_of(plan, candidate, machine, delivered, log, ending, transcript)
    if machine.is_saved:
        return SavedGuest(record, spec, point, file, bytes(console), restorable=True)
    if ending.outcome is Outcome.FINISHED:
        why = "the runner never reached the snapshot point"
        record = record.model_copy(update={"outcome": Outcome.DIED.value, "detail": why})
    return SavedGuest(record, spec, point, file, bytes(console), restorable=False)


def _argv_for(plan: Plan, spec: MachineSpec, *, incoming: bool = False) -> ArgvFor:
    def argv(qmp: int, debugger: int) -> tuple[str, ...]:
        return build_argv(spec, plan.clock, plan.qemu.binary, qmp, debugger, incoming=incoming)

    return argv
