"""The manifest of a kernel, `kernels/<id>/kernel.toml`, as data.

Every model forbids unknown keys, so that a typing error in a manifest is an error and not a
silently ignored line.
"""

from __future__ import annotations

import datetime
import fnmatch
import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, ValidationInfo, field_validator, model_validator

from ringside.catalog.delivery import Delivery
from ringside.catalog.strict import Strict

Arch = Literal["x86_64", "riscv64", "riscv32"]
Level = Literal["listed", "boots", "observed", "ported", "same-bytes"]

# Weakest first: a row that reached a level has reached all before it.
LEVELS: tuple[Level, ...] = ("listed", "boots", "observed", "ported", "same-bytes")

# The columns of the feature table, in the order shown, with their headings.
FACT_COLUMNS: dict[str, str] = {
    "architectures": "Architectures",
    "language": "Language",
    "active": "Active",
    "kernel_architecture": "Kernel architecture",
    "target": "Target",
    "userspace": "Userspace",
    "gui": "GUI",
    "contributors": "Contributors",
    "filesystems": "File systems",
    "network": "Network stack",
    "license": "License",
}


class Fact(Strict):
    """One declared fact, where it was read, and when."""

    value: str
    source: HttpUrl | Literal["this repository"]
    read: datetime.date
    note: str | None = None


class Facts(Strict):
    """The declared facts of a system: the columns of the feature table. What nobody has declared
    yet is None."""

    architectures: Fact | None = None
    language: Fact | None = None
    active: Fact | None = None
    kernel_architecture: Fact | None = None
    target: Fact | None = None
    userspace: Fact | None = None
    gui: Fact | None = None
    contributors: Fact | None = None
    filesystems: Fact | None = None
    network: Fact | None = None
    license: Fact | None = None


class DebImage(Strict):
    """A kernel that comes as a Debian package.

    `kernel` and `config` are glob patterns inside the unpacked package and its versioned
    `linux-*` dependencies. `prove` names config options and the value each must have; the image
    is refused when the shipped config says otherwise.
    """

    source: Literal["deb"]
    suite: str
    package: str
    architecture: str = "amd64"
    kernel: str
    config: str | None = None
    prove: dict[str, str] = Field(default_factory=dict)


class MakeImage(Strict):
    """A kernel built in this repository by `make -C directory target`; `kernel` is relative."""

    source: Literal["make"]
    directory: str
    target: str = "all"
    kernel: str


class FileImage(Strict):
    """A kernel that the user gives with `--image ID=PATH`.

    `offers` says what the image must be; `build` links upstream's own words on making it. `beside`
    are paths, from the file's folder, of what it is not booted without: disks, firmware.
    """

    source: Literal["file"]
    offers: str
    build: HttpUrl | None = None
    beside: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$")], ...] = ()


Image = Annotated[DebImage | MakeImage | FileImage, Field(discriminator="source")]


class Way(Strict):
    """One way to boot an image.

    `image` is what QEMU's -kernel gets: `kernel` as it comes; `vmlinux`, the ELF inside a bzImage,
    entered through its PVH note; or `multiboot64`, a 64-bit ELF with a multiboot header, which
    QEMU loads when the ELF header says that it is for the 386. A `disk` is no kernel but a raw
    disk image that the machine's firmware boots; a `module` is for a loader of ours to start. With
    `firmware` a boot loader on a disk loads it: `{beside}` in `devices` is the image's folder.
    `effects` says what the options change in the kernel that is measured; the report repeats them.
    `workloads` is how these get in this way, where it is not as `boot.workloads` says. `cpus` is
    how many CPUs the kernel uses at most when it is booted this way.
    """

    image: Literal["kernel", "vmlinux", "multiboot64", "disk", "module", "firmware"]
    cmdline: str = ""
    effects: tuple[str, ...] = ()
    workloads: Delivery | None = None
    cpus: int = Field(default=1, ge=1, le=64)

    @model_validator(mode="after")
    def _a_disk_brings_its_own(self) -> Way:
        if self.image == "disk" and self.cmdline:
            raise ValueError(
                "`cmdline` does not apply to a disk with its own boot loader: remove it"
            )
        return self


CpuModel = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.,+=-]+$")]


class Boot(Strict):
    """The machine a kernel wants, and the ways to boot it (the first is the default).

    `workloads` is how these get in (`ringside.catalog.delivery`). `cpu` is a model of QEMU's -cpu
    for a kernel that does not run on the usual one, which only x86_64 has: no ratio is taken to
    kernels on another.
    `devices` are words of QEMU's command line that add what it does not run without.
    """

    arch: Arch
    machine: str
    memory_mib: int = Field(ge=16, le=65536)
    cpu: CpuModel | None = Field(default=None, validate_default=True)
    cpu_from: dict[Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+$")], CpuModel] = Field(
        default_factory=dict
    )
    devices: tuple[str, ...] = ()
    workloads: Delivery
    ways: dict[str, Way] = Field(min_length=1)

    def for_qemu(self, version: Sequence[int]) -> Boot:
        """The same with `cpu` as QEMU of that version (major, minor, ...) calls it."""
        named = sorted(
            (tuple(map(int, since.split("."))), cpu) for since, cpu in self.cpu_from.items()
        )
        models = [cpu for since, cpu in named if tuple(version[:2]) >= since]
        return self.model_copy(update={"cpu": models[-1]}) if models else self

    @field_validator("cpu")
    @classmethod
    def _other_machines_have_no_usual_one(cls, cpu: str | None, info: ValidationInfo) -> str | None:
        arch = info.data.get("arch", "x86_64")
        if cpu is None and arch != "x86_64":
            raise ValueError(f"a CPU model is required: `qemu-system-{arch} -cpu help` lists them")
        return cpu


def _compiling(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    return patterns


class Console(Strict):
    """Where the kernel prints, and patterns (regular expressions) of what it says.

    `screen` is a PC's VGA text screen, read from outside; what comes on the serial port counts
    too. `panic` are its last words; `ready` is in the line by which one that is booted without
    workloads is up.
    """

    device: Literal["serial", "screen"] = "serial"
    panic: tuple[str, ...] = ()
    ready: str | None = None

    @field_validator("panic")
    @classmethod
    def _patterns_compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return _compiling(patterns)

    @field_validator("ready")
    @classmethod
    def _pattern_compiles(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            _compiling((pattern,))
        return pattern


class Profile(Strict):
    """What `ringside explain` must be told: patterns (regular expressions, of the whole name) of
    the functions that choose, wake and switch threads. What they call counts to them."""

    scheduler: tuple[str, ...] = ()

    @field_validator("scheduler")
    @classmethod
    def _patterns_compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return _compiling(patterns)


class Deadlines(Strict):
    """Bounds on a session. Host seconds end a stuck QEMU, guest seconds a runaway guest."""

    boot_host_s: float = Field(default=60.0, gt=0)
    silence_host_s: float = Field(default=60.0, gt=0)
    guest_s: float = Field(default=600.0, gt=0)


class ExpectedAnswer(Strict):
    """What a kernel is known to answer to a probe, and why that is no defect."""

    answer: Literal["absent", "wrong", "crashed"]
    why: str


class Kernel(Strict):
    """One row of every table: a kernel folder's manifest.

    `id` is the folder's name. `role` says what the row is in a comparison: ratios are taken to
    the `reference` (one an architecture), `check` judges the `subject`, everything else is a
    `peer`. A row whose `default` is false runs only when it is asked for by name or with `all`.
    `image`, `boot` and `port` are absent for a row that is only listed. `target` is the level the
    row is meant to reach; the level it did reach comes from results. `probes` explains, by
    `<family>/<name>`, the answers that differ from `works` and are no defect. `leave_out` are globs
    of workloads (`<group>/<name>...`) and probes (`probe/<family>/<name>`) that are never run on
    it, each with why: what takes the kernel down.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    schema_version: Literal[1] = Field(alias="schema")
    name: str
    summary: str
    homepage: HttpUrl | None = None
    role: Literal["reference", "subject", "peer"] = "peer"
    order: int = 100
    default: bool = True
    target: Level
    notes: tuple[str, ...] = ()
    facts: Facts = Facts()
    image: Image | None = None
    boot: Boot | None = None
    port: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    console: Console = Console()
    profile: Profile = Profile()
    probes: dict[str, ExpectedAnswer] = Field(default_factory=dict)
    leave_out: dict[str, str] = Field(default_factory=dict)
    deadlines: Deadlines = Deadlines()

    def left_out(self, workload: str) -> str | None:
        """Why the workload or probe of that name is not run on it; None where it is."""
        for pattern, why in self.leave_out.items():
            if fnmatch.fnmatchcase(workload, pattern):
                return why
        return None

    @property
    def bare(self) -> bool:
        """Whether it is only booted, without workloads."""
        return self.boot is not None and self.boot.workloads.method == "none"

    @property
    def runnable(self) -> bool:
        """Whether the manifest says enough to boot it and run workloads on it."""
        return (
            self.image is not None
            and self.boot is not None
            and self.port is not None
            and not self.bare
        )

    @property
    def bootable(self) -> bool:
        """Whether it can be booted without workloads, and the manifest says when it is up."""
        return self.image is not None and self.boot is not None and self.console.ready is not None
