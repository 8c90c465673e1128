"""Boot a new kernel once with one workload, and say what to fix."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ringside.catalog import Catalog, Kernel
from ringside.conductor import Request, conduct, prepare
from ringside.conductor.observer import NullObserver
from ringside.session import Outcome
from ringside.store import BootRecord, Measurement, RunFolder

# The workload that needs least from a kernel: it repeats one system call. Without system calls, the
# first one is used.
_SIMPLEST = "syscall/null"


@dataclass(frozen=True)
class Trial:
    """The result: `problem` is a line that says what to do, or None if the workload ran."""

    way: str
    workload: str
    problem: str | None
    last_lines: tuple[str, ...] = ()


def try_boot(
    catalog: Catalog, kernel: Kernel, images: dict[str, Path], patience: float = 1.0
) -> Trial:
    """Boot `kernel` in the exact clock with the simplest workload. Stores nothing.

    Raises RingsideError if the boot is not possible.
    """
    request = Request(kernels=(kernel.id,), images=images, patience=patience)
    plan = prepare(catalog, request, NullObserver())
    simplest = next((w for w in plan.workloads if w.name == _SIMPLEST), plan.workloads[0])
    plan = dataclasses.replace(plan, workloads=(simplest,))
    with tempfile.TemporaryDirectory(prefix="ringside-") as folder:
        now = datetime.datetime.now(datetime.UTC)
        run = asyncio.run(
            conduct(plan, RunFolder.create(Path(folder), "exact", now), NullObserver())
        )
    boot, measured = run.boots[-1], run.measurements[0]
    return Trial(
        way=boot.way,
        workload=measured.workload,
        problem=None if measured.status == "ok" else _problem(boot, measured),
        last_lines=boot.last_lines,
    )


def _problem(boot: BootRecord, measured: Measurement) -> str:
    detail = boot.detail or "no reason given"
    if boot.ready_host_s is None:
        if boot.outcome == Outcome.PANICKED:
            return f"it panicked before it ran a program: {detail}"
        if boot.outcome == Outcome.REBOOTED:
            return f"{detail}: this is typical of an exception without a handler"
        if not boot.last_lines:
            return (
                f"it printed nothing: {detail}; print to the first serial port (COM1, I/O port "
                f"0x3f8), where records are read, and check how far the kernel gets"
            )
        return (
            f"{detail}: it prints, but the runner never spoke; unpack the initrd (a cpio archive) "
            f"and start /init with file descriptor 1 on the console, or select another delivery "
            f"method in the manifest"
        )
    return f"{measured.workload}: {measured.status}: {measured.detail or detail}"
