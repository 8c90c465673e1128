"""The schema of stored results, version 1.

A run folder holds `run.json` (one `Run`: environment, images, boots), `measurements.jsonl` (one
`Measurement` per line, one per kernel and workload), `probes.jsonl` (one `ProbeAnswer` per line, if
probes were run) and the raw consoles. No measured value is reduced before it is stored: `ticks` are
the guest's raw readings.

History of the format:
    1  first version
"""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ringside.machine.clock import Clock as Clock
from ringside.machine.clock import Unit as Unit

# ok        measured, and every check of the workload passed
# absent    the kernel lacks a feature that the workload needs
# wrong     a check of the workload failed; `detail` has the expected and the actual value
# crashed   the workload's process died; `detail` has the signal or exit status
# panicked  the kernel panicked during the workload
# hung      a time limit was exceeded during the workload
# torn      the record stream was damaged: samples are missing, so none is used
# skipped   not started: the run was interrupted, or the guest did not become ready
Status = Literal["ok", "absent", "wrong", "crashed", "panicked", "hung", "torn", "skipped"]


# What each workload gets for itself: a process, a boot of the machine, or a copy of the machine
# saved when it was idle after the boot.
Isolation = Literal["child", "boot", "snapshot"]


class Frozen(BaseModel):
    """Base of all stored models: immutable, and rejects unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Host(Frozen):
    """The host that the run was made on."""

    cpu: str
    cores: int
    os: str
    kernel: str
    python: str


class Environment(Frozen):
    """The conditions of a run.

    Results are comparable if `clock`, `qemu_version`, `cpu_model`, `arch`, `smp`, `memory_mib` and
    `machine` are equal; the rest is informative. `toolchain` is the C compiler of the workloads.
    """

    clock: Clock
    qemu_version: str
    cpu_model: str
    machine: str
    arch: str
    smp: int
    memory_mib: int
    host: Host
    git_revision: str | None
    git_dirty: bool
    toolchain: str
    started: datetime.datetime


class Machine(Frozen):
    """The machine of a kernel whose manifest asks for another one than the first kernel's."""

    cpu_model: str
    machine: str
    memory_mib: int


class ImageRecord(Frozen):
    """A kernel image. `proven` are config options verified in the image's package."""

    kernel: str
    path: str
    sha256: str
    version: str
    package: str | None = None
    package_sha256: str | None = None
    suite: str | None = None
    proven: dict[str, str] = {}


class Settle(Frozen):
    """How the guest became idle before the first sample. `ticks` is the time in clock ticks."""

    ok: bool
    rounds: int
    ticks: int
    ns: int
    samples: tuple[int, ...]


class BootRecord(Frozen):
    """One boot. Host times are seconds since the guest was resumed.

    `way` is the name of the boot configuration. If the boot did not finish, `detail` says why and
    `last_lines` is the end of the console, printable but otherwise untrusted. A `restored` boot
    started from the state saved in the kernel's first boot of this run; if there was more than one
    of `copies` of it, the last two gave equal counts.
    """

    kernel: str
    way: str
    argv: tuple[str, ...]
    cmdline: str
    kernel_sha256: str
    initrd_sha256: str
    console: str
    outcome: str
    ready_host_s: float | None = None
    ready_ticks: int | None = None
    first_sample_host_s: float | None = None
    end_host_s: float | None = None
    settle: Settle | None = None
    ns_per_tick: float | None = None
    torn_records: int = 0
    lost_records: int = 0
    detail: str | None = None
    last_lines: tuple[str, ...] = ()
    restored: bool = False
    copies: int = 1


class Measurement(Frozen):
    """The result of one workload on one kernel.

    value       the median cost of one operation in `unit`, including loop and call
    samples     the cost per operation of each repetition, in `unit`
    ticks       the raw readings, one per repetition of `iterations` operations
    overhead    the cost per iteration of an empty body in `unit`; never subtracted
    bytes       what one operation transfers, for a throughput workload
    axis        what the parameter is, if there is one
    counts      `bytes`, `messages` or `operations`, if a rate is more meaningful than a cost
    tasks       the number of concurrent tasks of a scaling workload, else 0
    boot        index into `Run.boots`
    """

    kernel: str
    workload: str
    group: str
    op: str
    clock: Clock
    unit: Unit
    value: float | None
    samples: tuple[float, ...]
    ticks: tuple[int, ...]
    iterations: int
    warmup: int
    overhead: float | None
    bytes: int = 0
    axis: str = ""
    counts: str = ""
    tasks: int = 0
    elf_sha256: str
    status: Status
    detail: str | None = None
    boot: int | None = None


# Like Status, but `works` instead of `ok`, as a probe measures nothing.
Answer = Literal["works", "absent", "wrong", "crashed", "panicked", "hung", "torn", "skipped"]


class ProbeAnswer(Frozen):
    """The answer of one kernel to one probe, `<family>/<name>`; `asks` is the question in words.

    `detail` says what is absent, or what was expected and received. `boot` is an index into
    `Run.boots`.
    """

    kernel: str
    probe: str
    asks: str
    answer: Answer
    elf_sha256: str
    detail: str | None = None
    boot: int | None = None


class Run(Frozen):
    """One `ringside compare`. `reference` is the id of the kernel that ratios are relative to, if
    it ran.

    `probes` are sorted by kernel, then probe. `machines` has, by kernel id, machines that differ
    from `environment`. Workloads ran in catalog order, or shuffled with the seed `shuffle`.
    """

    schema_version: Literal[1] = 1
    profile: Literal["quick", "full"]
    environment: Environment
    reference: str | None
    kernels: tuple[str, ...]
    workloads: tuple[str, ...]
    images: tuple[ImageRecord, ...]
    boots: tuple[BootRecord, ...]
    measurements: tuple[Measurement, ...]
    probes: tuple[ProbeAnswer, ...] = ()
    isolation: Isolation = "child"
    machines: dict[str, Machine] = {}
    shuffle: int | None = None
    complete: bool

    def environment_of(self, kernel: str) -> Environment:
        """The environment in which `kernel` was measured."""
        own = self.machines.get(kernel)
        return self.environment.model_copy(update=own.model_dump()) if own else self.environment
