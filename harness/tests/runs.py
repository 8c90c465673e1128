"""Runs and manifests made up for tests: no guest was measured for them."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ringside.catalog.model import FACT_COLUMNS, Kernel
from ringside.store.schema import (
    Answer,
    BootRecord,
    Environment,
    Host,
    ImageRecord,
    Measurement,
    ProbeAnswer,
    Run,
    Settle,
    Status,
)

READ = datetime.date(2026, 11, 23)


def sha256(text: str) -> str:
    """A hash to stand for a file's."""
    return hashlib.sha256(text.encode()).hexdigest()


def environment(**changes: Any) -> Environment:
    """An environment of the exact clock."""
    values: dict[str, Any] = {
        "clock": "exact",
        "qemu_version": "7.2.22",
        "cpu_model": "qemu64",
        "machine": "pc",
        "arch": "x86_64",
        "smp": 1,
        "memory_mib": 512,
        "host": Host(cpu="A CPU", cores=2, os="Debian 12", kernel="6.1.0", python="3.11.2"),
        "git_revision": "0123456789abcdef",
        "git_dirty": False,
        "toolchain": "gcc (Debian 12.2.0-14) 12.2.0",
        "started": datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.UTC),
    }
    return Environment(**(values | changes))


def measurement(
    kernel: str,
    workload: str,
    ticks: Sequence[int] = (1000, 1000, 1000),
    *,
    iterations: int = 10,
    status: Status = "ok",
    **changes: Any,
) -> Measurement:
    """One workload on one kernel; without ticks when it is not ok."""
    good = status == "ok"
    ticks = tuple(ticks) if good else ()
    samples = tuple(tick / iterations for tick in ticks)
    values: dict[str, Any] = {
        "kernel": kernel,
        "workload": workload,
        "group": workload.partition("/")[0],
        "op": f"one {workload.rpartition('/')[2]}",
        "clock": "exact",
        "unit": "instructions",
        "value": sorted(samples)[len(samples) // 2] if samples else None,
        "samples": samples,
        "ticks": ticks,
        "iterations": iterations,
        "warmup": 2,
        "overhead": 2.0 if good else None,
        "elf_sha256": sha256(workload),
        "status": status,
        "boot": 0,
    }
    return Measurement(**(values | changes))


def answer(kernel: str, probe: str, said: Answer = "works", **changes: Any) -> ProbeAnswer:
    """What one kernel answered to one probe."""
    values: dict[str, Any] = {
        "kernel": kernel,
        "probe": probe,
        "asks": f"{probe.rpartition('/')[2]} is there",
        "answer": said,
        "elf_sha256": sha256(probe),
        "boot": 0,
    }
    return ProbeAnswer(**(values | changes))


def boot(kernel: str, **changes: Any) -> BootRecord:
    """A boot that went well."""
    values: dict[str, Any] = {
        "kernel": kernel,
        "way": "direct",
        "argv": ("qemu-system-x86_64", "-M", "pc"),
        "cmdline": "console=ttyS0 quiet",
        "kernel_sha256": sha256(kernel),
        "initrd_sha256": sha256("initrd"),
        "console": f"console-{kernel}-0.log",
        "outcome": "finished",
        "ready_host_s": 1.9,
        "ready_ticks": 390_000_000,
        "first_sample_host_s": 2.4,
        "end_host_s": 9.0,
        "settle": Settle(ok=True, rounds=4, ticks=1_000, ns=1_000, samples=(328, 328)),
        "ns_per_tick": 1.0,
    }
    return BootRecord(**(values | changes))


def image(kernel: str, **changes: Any) -> ImageRecord:
    """An image out of a package."""
    values: dict[str, Any] = {
        "kernel": kernel,
        "path": f"images/{kernel}/vmlinuz",
        "sha256": sha256(kernel),
        "version": "6.1.176-1",
        "package": "linux-image-6.1.0-50-cloud-amd64",
        "package_sha256": sha256(f"{kernel}.deb"),
        "suite": "bookworm",
        "proven": {"CONFIG_PVH": "y"},
    }
    return ImageRecord(**(values | changes))


def run(
    measurements: Iterable[Measurement],
    *,
    kernels: Sequence[str] | None = None,
    reference: str | None = None,
    **changes: Any,
) -> Run:
    """A run of these measurements, on a fitting environment and one boot a kernel."""
    found = tuple(measurements)
    kernels = tuple(dict.fromkeys(m.kernel for m in found)) if kernels is None else tuple(kernels)
    values: dict[str, Any] = {
        "profile": "quick",
        "environment": environment(clock=found[0].clock if found else "exact"),
        "reference": reference,
        "kernels": kernels,
        "workloads": tuple(dict.fromkeys(m.workload for m in found)),
        "images": tuple(image(kernel) for kernel in kernels),
        "boots": tuple(boot(kernel) for kernel in kernels),
        "measurements": found,
        "complete": True,
    }
    return Run(**(values | changes))


def table_run(costs: Mapping[str, Mapping[str, int | Status]], reference: str | None = None) -> Run:
    """A run from costs per operation by workload and kernel; a word is a status."""
    return run(
        (
            measurement(kernel, workload, [cost * 10] * 3)
            if isinstance(cost, int)
            else measurement(kernel, workload, status=cost)
            for workload, by_kernel in costs.items()
            for kernel, cost in by_kernel.items()
        ),
        reference=reference,
    )


def manifest(kernel_id: str, fact: str = "a fact", **changes: Any) -> Kernel:
    """A manifest of a system that is only listed."""
    values: dict[str, Any] = {
        "id": kernel_id,
        "schema": 1,
        "name": kernel_id.capitalize(),
        "summary": "A kernel.",
        "target": "listed",
        "facts": {
            key: {"value": fact, "source": f"https://example.org/{key}", "read": READ}
            for key in FACT_COLUMNS
        },
    }
    return Kernel.model_validate(values | changes)
