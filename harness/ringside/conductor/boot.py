"""Boot a kernel once and record how it went."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ringside.catalog import Workload
from ringside.conductor.observer import Observer
from ringside.conductor.prepare import Candidate, Plan
from ringside.conductor.spec import load
from ringside.errors import MachineError
from ringside.image import Symbols
from ringside.image.delivery import Delivered, Step
from ringside.image.files import sha256_file
from ringside.machine import QemuMachine, build_argv
from ringside.records import Transcript
from ringside.session import Ending, Limits, Outcome, run_session
from ringside.store.folder import RunFolder
from ringside.store.schema import BootRecord, Settle


@dataclass(frozen=True)
class BootResult:
    """A finished boot: the guest's records, how it ended, and the record to store."""

    transcript: Transcript
    ending: Ending
    record: BootRecord


class ObservedTranscript(Transcript):
    """A transcript that reports to an observer when the guest is ready and what it measures.

    `on_end` is called with the index of each workload whose process has exited.
    """

    def __init__(
        self,
        names: Sequence[str],
        kernel: str,
        observer: Observer,
        on_end: Callable[[int, Transcript], None] = lambda index, transcript: None,
    ) -> None:
        super().__init__(
            names,
            on_begin=lambda index: observer.measuring(kernel, names[index]),
            on_end=lambda index: on_end(index, self),
        )
        self._on_ready = partial(observer.ready, kernel)

    def feed(self, line: bytes) -> bool:
        before = self.ready
        text = super().feed(line)
        if self.ready and not before:
            self._on_ready()
        return text


async def boot_once(
    plan: Plan,
    candidate: Candidate,
    workloads: Sequence[Workload],
    number: int,
    folder: RunFolder,
    observer: Observer,
    on_end: Callable[[int, Transcript], None],
    cpu: int | None = None,
) -> BootResult:
    """Boot `candidate` with `workloads` as its plan, pinned to host CPU `cpu`, until it ends.

    `on_end` is called with the index of each workload whose process has exited. If the task is
    cancelled the outcome is INTERRUPTED, and the caller has to raise CancelledError; if QEMU does
    not start it is DIED.
    """
    names = [workload.name for workload in workloads]
    spec, delivered = load(candidate, names, plan.request.profile, plan.cache, plan.request.cpus)
    kernel = candidate.kernel
    observer.booting(kernel.id, number)
    transcript = ObservedTranscript(names, kernel.id, observer, on_end)
    machine = QemuMachine(lambda fd: build_argv(spec, plan.clock, plan.qemu.binary, fd), cpu)
    with folder.console(kernel.id, number) as (log, keep):
        ending = await run_machine(plan, candidate, machine, transcript, keep, delivered.script)
    record = record_of(plan, candidate, machine, delivered, log, ending, transcript)
    return BootResult(transcript=transcript, ending=ending, record=record)


async def run_machine(
    plan: Plan,
    candidate: Candidate,
    machine: QemuMachine,
    transcript: Transcript,
    keep: Callable[[bytes], None],
    script: Sequence[Step] = (),
) -> Ending:
    """Start `machine`, type `script`, and run it until it ends; never raises on failure."""
    kernel, patience = candidate.kernel, plan.request.patience
    limits = Limits(
        boot_s=kernel.deadlines.boot_host_s * patience,
        silence_s=kernel.deadlines.silence_host_s * patience,
        guest_s=kernel.deadlines.guest_s,
    )
    machine.has_keyboard = bool(script)
    try:
        async with machine:
            if plan.clock.name == "kvm":
                await _pin(machine)
            panic = kernel.console.panic
            return await run_session(machine, transcript, limits, panic, keep, script)
    except asyncio.CancelledError:
        return not_started(Outcome.INTERRUPTED, "the run was interrupted")
    except MachineError as error:
        return not_started(Outcome.DIED, str(error))


def record_of(
    plan: Plan,
    candidate: Candidate,
    machine: QemuMachine,
    delivered: Delivered,
    log: str,
    ending: Ending,
    transcript: Transcript,
) -> BootRecord:
    """The stored record of a boot."""
    return BootRecord(
        kernel=candidate.kernel.id,
        way=candidate.way_name,
        argv=relative_paths(machine.argv, plan.root),
        cmdline=candidate.way.cmdline,
        kernel_sha256=sha256_file(candidate.file),
        initrd_sha256=delivered.sha256,
        console=log,
        outcome=ending.outcome.value,
    ).model_copy(update=result_fields(ending, transcript, candidate.file))


def result_fields(ending: Ending, transcript: Transcript, image: Path) -> dict[str, object]:
    """The fields of a BootRecord that depend on how the boot went."""
    return {
        "outcome": ending.outcome.value,
        "ready_host_s": rounded(ending.ready_s),
        "ready_ticks": transcript.clocks[0].ticks if transcript.clocks else None,
        "first_sample_host_s": rounded(ending.first_sample_s),
        "end_host_s": rounded(ending.end_s),
        "settle": _settle(transcript),
        "ns_per_tick": transcript.ns_per_tick,
        "torn_records": transcript.torn,
        "lost_records": transcript.lost,
        "detail": explain(ending, image),
        "last_lines": ending.last_lines if ending.outcome is not Outcome.FINISHED else (),
    }


def explain(ending: Ending, image: Path) -> str | None:
    """Why the boot ended, with the function at the program counter if `image` has symbols."""
    detail = ending.detail
    if ending.program_counter is not None and ending.outcome is not Outcome.FINISHED:
        function = Symbols.read(image).lookup(ending.program_counter)
        where = f"{ending.program_counter:#x}" + (f" ({function})" if function else "")
        detail = f"{detail}; the CPU was at {where}"
    return detail or None


def _settle(transcript: Transcript) -> Settle | None:
    reading = transcript.settle
    if reading is None:
        return None
    return Settle(
        ok=reading.ok,
        rounds=reading.rounds,
        ticks=reading.ticks,
        ns=reading.ns,
        samples=reading.samples,
    )


def not_started(outcome: Outcome, detail: str) -> Ending:
    """The ending of a boot for which QEMU did not start."""
    return Ending(
        outcome=outcome,
        detail=detail,
        last_lines=(),
        program_counter=None,
        ready_s=None,
        first_sample_s=None,
        end_s=0.0,
        console_bytes=0,
    )


def relative_paths(argv: Sequence[str], root: Path) -> tuple[str, ...]:
    """`argv` with paths in the checkout made relative to it."""
    return tuple(word.replace(f"{root}/", "") for word in argv)


def rounded(seconds: float | None) -> float | None:
    """Host seconds rounded for storage; further digits are noise."""
    return None if seconds is None else round(seconds, 3)


async def _pin(machine: QemuMachine) -> None:
    """Pin each vCPU to a host CPU, highest first, as interrupts mostly go to the first CPU."""
    cores = sorted(os.sched_getaffinity(0), reverse=True)
    for index, thread in enumerate(await machine.vcpu_threads()):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(thread, {cores[index % len(cores)]})
