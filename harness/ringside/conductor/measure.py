"""Convert a guest's records and the end of its boot to the stored measurement."""

from __future__ import annotations

import statistics
from functools import partial

from ringside.catalog import Workload
from ringside.catalog.workloads import PROBE
from ringside.machine import ClockSpec
from ringside.records import Result, Verdict
from ringside.session import Ending, Outcome
from ringside.store.schema import Answer, Measurement, ProbeAnswer, Status

# The status of an unfinished workload by the outcome of the boot.
_UNFINISHED: dict[Outcome, Status] = {
    Outcome.FINISHED: "torn",
    Outcome.PANICKED: "panicked",
    Outcome.REBOOTED: "panicked",
    Outcome.DIED: "panicked",
    Outcome.HUNG: "hung",
    Outcome.SILENT: "hung",
    Outcome.FLOODED: "hung",
    Outcome.INTERRUPTED: "skipped",
}
_STATUS: dict[Verdict, Status] = {
    Verdict.WHOLE: "ok",
    Verdict.ABSENT: "absent",
    Verdict.WRONG: "wrong",
    Verdict.CRASHED: "crashed",
    Verdict.TORN: "torn",
    Verdict.NOT_BEGUN: "skipped",
}


def status_of(
    result: Result, ending: Ending | None, *, last_begun: bool
) -> tuple[Status, str | None]:
    """Status and detail of a workload. `ending` is None while the boot is running. Only the
    workload that began last is blamed for how the boot ended."""
    if result.verdict is not Verdict.UNFINISHED:
        return _STATUS[result.verdict], result.detail
    if ending is None or not last_begun:
        return "torn", "its last records are missing"
    detail = ending.detail or "its last records are missing"
    return _UNFINISHED[ending.outcome], detail


def measurement(
    *,
    kernel: str,
    workload: Workload,
    clock: ClockSpec,
    result: Result,
    status: Status,
    detail: str | None,
    ns_per_tick: float | None,
    boot: int | None,
) -> Measurement:
    """The measurement of one workload; only status `ok` has numbers.

    In the exact clock a tick is one instruction. Otherwise ticks are converted to ns with the rate
    measured by the guest, and there is no value if that rate is unknown.
    """
    scale = 1.0 if clock.unit == "instructions" else ns_per_tick
    if status == "ok" and scale is None:
        status, detail = "torn", "the guest's clock readings are missing: no tick rate"
    ticks = result.ticks if status == "ok" else ()
    per_op = partial(_per_op, scale or 1.0, result.iterations)
    group, _, _ = workload.name.partition("/")
    return Measurement(
        kernel=kernel,
        workload=workload.name,
        group=group,
        op=result.op,
        clock=clock.name,
        unit=clock.unit,
        value=per_op(statistics.median(ticks)) if ticks else None,
        samples=tuple(per_op(tick) for tick in ticks),
        ticks=ticks,
        iterations=result.iterations,
        warmup=result.warmup,
        bytes=result.bytes,
        axis=workload.facts.axis,
        counts=workload.facts.counts,
        tasks=int(workload.name.rpartition("/")[2]) if workload.facts.tasks else 0,
        overhead=per_op(statistics.median(result.overhead)) if ticks and result.overhead else None,
        elf_sha256=workload.sha256,
        status=status,
        detail=detail,
        boot=boot,
    )


def probe_answer(
    *, kernel: str, probe: Workload, status: Status, detail: str | None, boot: int | None
) -> ProbeAnswer:
    """The answer of one probe, by the same rules as `measurement`."""
    answer: Answer = "works" if status == "ok" else status
    return ProbeAnswer(
        kernel=kernel,
        probe=probe.name.removeprefix(f"{PROBE}/"),
        asks=probe.facts.op,
        answer=answer,
        detail=detail,
        elf_sha256=probe.sha256,
        boot=boot,
    )


def _per_op(scale: float, iterations: int, ticks: float) -> float:
    # Divide once, at the end, so that equal exact counts give equal floats.
    return ticks * scale / iterations
