"""The schema of a kernel manifest, `kernels/<id>/kernel.toml`.

Every model rejects unknown keys, so that a misspelled key is an error.
"""

from __future__ import annotations

import datetime
import fnmatch
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, ValidationInfo, field_validator, model_validator

from ringside.catalog.delivery import Delivery, Pattern
from ringside.catalog.strict import Strict

Arch = Literal["x86_64", "riscv64", "riscv32"]
Level = Literal["listed", "boots", "observed", "ported", "same-bytes"]

# Weakest first; each level includes those before it.
LEVELS: tuple[Level, ...] = ("listed", "boots", "observed", "ported", "same-bytes")

# Columns of the feature table in display order, with their headings.
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
    """One declared fact, its source, and the date the source was read."""

    value: str
    source: HttpUrl | Literal["this repository"]
    read: datetime.date
    note: str | None = None


class Facts(Strict):
    """The declared facts of a system, the columns of the feature table; None if undeclared."""

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
    """A kernel from a Debian package.

    `kernel` and `config` are glob patterns for files of the package and its versioned `linux-*`
    dependencies. `prove` maps config options to required values; the image is rejected if the
    config file in the package differs.
    """

    source: Literal["deb"]
    suite: str
    package: str
    architecture: str = "amd64"
    kernel: str
    config: str | None = None
    prove: dict[str, str] = Field(default_factory=dict)


class MakeImage(Strict):
    """A kernel built here by `make -C directory target`; `kernel` is relative to `directory`."""

    source: Literal["make"]
    directory: str
    target: str = "all"
    kernel: str


class FileImage(Strict):
    """A kernel image that the user supplies with `--image ID=PATH`.

    `offers` describes the required image and `build` links upstream's build instructions. `beside`
    are paths, relative to the image's directory, of files that are needed to boot it: disks,
    firmware.
    """

    source: Literal["file"]
    offers: str
    build: HttpUrl | None = None
    beside: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$")], ...] = ()


Image = Annotated[DebImage | MakeImage | FileImage, Field(discriminator="source")]


class BootConfig(Strict):
    """One boot configuration of an image.

    `image` says what is booted and how:

    kernel       the image, by QEMU's -kernel
    vmlinux      the ELF inside a bzImage, entered through its PVH note
    multiboot64  a 64-bit ELF with a multiboot header; QEMU loads it if its header says i386
    disk         a raw disk image, by the machine's firmware
    module       a multiboot module of the port's boot loader
    firmware     a boot loader on a disk; `{beside}` in `devices` is the image's directory

    `effects` says how the options change the kernel that is measured, for the report. `workloads`
    overrides `boot.workloads`. `cpus` is the largest number of CPUs that the kernel can use.
    """

    image: Literal["kernel", "vmlinux", "multiboot64", "disk", "module", "firmware"]
    cmdline: str = ""
    effects: tuple[str, ...] = ()
    workloads: Delivery | None = None
    cpus: int = Field(default=1, ge=1, le=64)

    @model_validator(mode="after")
    def _disk_has_no_cmdline(self) -> BootConfig:
        if self.image == "disk" and self.cmdline:
            raise ValueError(
                "`cmdline` does not apply to a disk with its own boot loader: remove it"
            )
        return self


CpuModel = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.,+=-]+$")]


class Boot(Strict):
    """The machine that a kernel needs, and its boot configurations, the default first.

    `workloads` is the delivery method (`ringside.catalog.delivery`). `cpu` is a model for QEMU's
    -cpu, for a kernel that needs another than the default, which only x86_64 has; results on
    different models are not compared. `cpu_from` maps the QEMU release that renamed the model to
    its new name. `devices` are additional arguments for QEMU.
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
    ways: dict[str, BootConfig] = Field(min_length=1)

    def for_qemu(self, version: Sequence[int]) -> Boot:
        """A copy with `cpu` as that version of QEMU (major, minor, ...) calls it."""
        renames = sorted(
            (tuple(map(int, since.split("."))), cpu) for since, cpu in self.cpu_from.items()
        )
        models = [cpu for since, cpu in renames if tuple(version[:2]) >= since]
        return self.model_copy(update={"cpu": models[-1]}) if models else self

    @field_validator("cpu")
    @classmethod
    def _cpu_is_required_except_on_x86_64(cls, cpu: str | None, info: ValidationInfo) -> str | None:
        arch = info.data.get("arch", "x86_64")
        if cpu is None and arch != "x86_64":
            raise ValueError(f"a CPU model is required: `qemu-system-{arch} -cpu help` lists them")
        return cpu


class Console(Strict):
    """Where the kernel prints, and regular expressions for its messages.

    `screen` is the VGA text screen of a PC, read through QEMU; output on the serial port is read
    too. `panic` matches the kernel's panic messages; `ready` matches the message that ends a boot
    without workloads.
    """

    device: Literal["serial", "screen"] = "serial"
    panic: tuple[Pattern, ...] = ()
    ready: Pattern | None = None


class Profile(Strict):
    """Configuration of `ringside explain`.

    `scheduler` are regular expressions for the full names of the functions that select, wake and
    switch threads. Instructions of their callees are attributed to them.
    """

    scheduler: tuple[Pattern, ...] = ()


class Deadlines(Strict):
    """Time limits of a session: host seconds for a hung QEMU, guest seconds for a hung guest."""

    boot_host_s: float = Field(default=60.0, gt=0)
    silence_host_s: float = Field(default=60.0, gt=0)
    guest_s: float = Field(default=600.0, gt=0)


class ExpectedAnswer(Strict):
    """A kernel's known answer to a probe, and why it is not a defect."""

    answer: Literal["absent", "wrong", "crashed"]
    why: str


class Kernel(Strict):
    """The manifest of one kernel.

    id         the name of the manifest's directory
    role       ratios are relative to the `reference` (one per architecture); `check` judges the
               `subject`; all others are `peer`
    default    whether it runs without being requested by name or with `all`
    target     the support level that it is meant to reach; the level reached comes from results
    image, boot, port   absent for a kernel that is only listed
    probes     by `<family>/<name>`, known answers other than `works` that are not defects
    leave_out  globs of workloads (`<group>/<name>...`) and probes (`probe/<family>/<name>`) that
               are never run because they crash the kernel, each with the reason
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

    def exclusion_reason(self, workload: str) -> str | None:
        """Why this workload or probe is never run on the kernel; None if it is run."""
        for pattern, why in self.leave_out.items():
            if fnmatch.fnmatchcase(workload, pattern):
                return why
        return None

    @property
    def boot_only(self) -> bool:
        """Whether it is only booted and runs no workloads."""
        return self.boot is not None and self.boot.workloads.method == "none"

    @property
    def runnable(self) -> bool:
        """Whether the manifest suffices to boot it and run workloads on it."""
        return (
            self.image is not None
            and self.boot is not None
            and self.port is not None
            and not self.boot_only
        )

    @property
    def bootable(self) -> bool:
        """Whether it can be booted without workloads, which requires `console.ready`."""
        return self.image is not None and self.boot is not None and self.console.ready is not None
