"""What a run keeps, as data. Version 1.

A run folder holds `run.json` (one `Run`: environment, images, boots), `measurements.jsonl` (one
`Measurement` a line, one a kernel and workload), `probes.jsonl` (one `ProbeAnswer` a line, if any
was asked) and the raw consoles. Nothing that was measured
is reduced before it is kept: `ticks` are the guest's own raw readings.

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
# absent    the kernel says that it lacks what the workload needs
# wrong     a check of the workload failed: what it saw is in `detail`, and there is no number
# crashed   the workload's process died (signal or exit status in `detail`)
# panicked  the kernel died while the workload ran
# hung      a deadline passed while the workload ran
# torn      the record stream was damaged: samples are missing, so none is believed
# skipped   never started (the run was interrupted, or the guest never became ready)
Status = Literal["ok", "absent", "wrong", "crashed", "panicked", "hung", "torn", "skipped"]


# What each workload has to itself: a process, the whole machine booted for it, or a copy of the
# machine as it was when it had come to rest.
Isolation = Literal["child", "boot", "snapshot"]


class Frozen(BaseModel):
    """Base of all stored models: immutable; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Host(Frozen):
    """The machine the run was made on."""

    cpu: str
    cores: int
    os: str
    kernel: str
    python: str


class Environment(Frozen):
    """All that must be equal for two results to be compared, and what is good to know beside.

    `clock`, `qemu_version`, `cpu_model`, `arch`, `smp`, `memory_mib` and `machine` decide
    comparability; `toolchain` is the C compiler that made the workloads.
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
    """What a kernel ran on where its manifest asks for another machine than the first kernel's."""

    cpu_model: str
    machine: str
    memory_mib: int


class ImageRecord(Frozen):
    """A kernel image as it was used. `proven` are the config options read from the image."""

    kernel: str
    path: str
    sha256: str
    version: str
    package: str | None = None
    package_sha256: str | None = None
    suite: str | None = None
    proven: dict[str, str] = {}


class Settle(Frozen):
    """How long the guest took to come to rest before the first sample. `ticks` is clock ticks."""

    ok: bool
    rounds: int
    ticks: int
    ns: int
    samples: tuple[int, ...]


class BootRecord(Frozen):
    """One start of QEMU: what was run, how it went. Host times are seconds from the guest's start.

    When it did not finish, `detail` says why in words and `last_lines` is the console's end, free
    of control characters but otherwise whatever the guest printed. One that was `restored` began
    where the kernel's first boot of this run was saved; of the `copies` that were run of it the
    last two counted alike, where there was more than one.
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
    """One workload on one kernel.

    `value` is the median cost of one operation in `unit`, loop and call included; `samples` the
    cost per operation of each repetition in `unit`; `ticks` the raw readings, one a repetition of
    `iterations` operations; `overhead` the cost of one turn of an empty body of the same shape in
    `unit`, never subtracted. `bytes` is what one operation moves, where the workload measures
    throughput, and `axis` what its parameter is, if it has one. Where a rate says more than a cost,
    `counts` is what is counted (`bytes`, `messages`, `operations`); `tasks` is how many did the
    work at a time, 0 where that says nothing. `boot` indexes `Run.boots`.
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


# As Status, but that a probe which got through says `works`: it gives no number.
Answer = Literal["works", "absent", "wrong", "crashed", "panicked", "hung", "torn", "skipped"]


class ProbeAnswer(Frozen):
    """What one kernel answered to one probe, `<family>/<name>`; `asks` is the question in words.

    `detail` says what is absent, or what was expected and what came. `boot` indexes `Run.boots`.
    """

    kernel: str
    probe: str
    asks: str
    answer: Answer
    elf_sha256: str
    detail: str | None = None
    boot: int | None = None


class Run(Frozen):
    """One `ringside compare`. `reference` is the kernel id that ratios are taken to, if it ran.

    `probes` are answers sorted by kernel, then probe; none where no probe was planned. `machines`
    has the kernels, by id, whose machine is not that of `environment`. The workloads ran in the
    order of the catalog, or shuffled with the seed `shuffle`.
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
        """Where `kernel` was measured: what a comparison with it has to go by."""
        own = self.machines.get(kernel)
        return self.environment.model_copy(update=own.model_dump()) if own else self.environment
