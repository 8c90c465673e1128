"""Build QEMU's command line, as a pure function of the machine to boot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ringside.machine.clock import HOST_CPU, RTC_BASE, ClockSpec

# Machines with an ISA bus, which the guest's pvpanic driver needs.
_ISA_MACHINES = ("pc", "q35", "isapc")
_DISKS = frozenset({"-drive", "-blockdev", "-hda", "-hdb", "-hdc", "-hdd", "-cdrom", "-fda", "-sd"})


@dataclass(frozen=True)
class MachineSpec:
    """The machine to boot.

    Without `kernel` the firmware boots from the disks in `extra`, additional arguments for QEMU.
    `cpu` overrides the clock's CPU model; `cpus` is the number of CPUs; `typed` says that input is
    sent to the console.
    """

    machine: str
    memory_mib: int
    kernel: Path | None
    cmdline: str = ""
    initrd: Path | None = None
    extra: tuple[str, ...] = ()
    cpu: str | None = None
    cpus: int = 1
    typed: bool = False


def build_argv(
    spec: MachineSpec,
    clock: ClockSpec,
    binary: str,
    qmp_fd: int,
    debugger_fd: int | None = None,
    *,
    incoming: bool = False,
) -> tuple[str, ...]:
    """Arguments that start QEMU stopped, with the console on stdout and QMP on `qmp_fd`.

    The machine is paused, not ended, when the guest shuts down, resets or panics, so that its state
    can be inspected. `debugger_fd` is for QEMU's debugger stub. With `incoming` QEMU waits for a
    migration command that names the saved state.
    """
    argv = [binary, "-M", spec.machine, "-cpu", cpu_model(spec.cpu, clock)]
    argv += ["-m", str(spec.memory_mib), "-smp", str(spec.cpus)]
    argv += _clock_options(spec, clock, saved_later=debugger_fd is not None and not incoming)
    argv += ["-nodefaults", "-no-user-config", "-display", "none", "-seed", "1"]
    argv += ["-rtc", f"clock=vm,base={RTC_BASE}"]
    argv += ["-no-reboot", "-action", "shutdown=pause,panic=pause"]
    argv += ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]
    argv += ["-chardev", f"socket,id=qmp,fd={qmp_fd}", "-mon", "chardev=qmp,mode=control"]
    if spec.machine.split(",")[0].startswith(_ISA_MACHINES):
        argv += ["-device", "pvpanic"]
    if spec.kernel is not None:
        argv += ["-kernel", str(spec.kernel)]
    if spec.initrd is not None:
        argv += ["-initrd", str(spec.initrd)]
    if spec.cmdline:
        argv += ["-append", spec.cmdline]
    if debugger_fd is not None:
        argv += ["-chardev", f"socket,id=debugger,fd={debugger_fd}", "-gdb", "chardev:debugger"]
    if incoming:
        argv += ["-incoming", "defer"]
    argv += [*spec.extra, "-S"]
    return tuple(argv)


def cpu_model(requested: str | None, clock: ClockSpec) -> str:
    """The guest's CPU model: `requested`, else the clock's; always the host's if the clock says."""
    return clock.cpu_model if requested is None or clock.cpu_model == HOST_CPU else requested


def _clock_options(spec: MachineSpec, clock: ClockSpec, *, saved_later: bool) -> tuple[str, ...]:
    """The clock's options for this machine.

    Record mode supports one CPU, no disks and no saving of the machine; an idle machine may not
    receive console input in it.
    """
    if spec.cpus > 1:
        return clock.options_smp or clock.options
    if spec.typed or saved_later or not _DISKS.isdisjoint(spec.extra):
        return clock.options
    return clock.options_recorded or clock.options
