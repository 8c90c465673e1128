"""QEMU's command line, as a pure function of what is to be booted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ringside.machine.clock import HOST_CPU, RTC_BASE, ClockSpec

# Machines with an ISA bus, where the guest can tell of a panic through the pvpanic port.
_ISA_MACHINES = ("pc", "q35", "isapc")
_DISKS = frozenset({"-drive", "-blockdev", "-hda", "-hdb", "-hdc", "-hdd", "-cdrom", "-fda", "-sd"})


@dataclass(frozen=True)
class MachineSpec:
    """What to boot: paths are files, `memory_mib` is in MiB. Without `kernel` the firmware looks
    for what to boot on the disks that `extra` adds. `cpu` is another model than the clock's, `cpus`
    how many the machine has; `typed`, that its console is typed at."""

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
    """The argv that starts QEMU stopped, console on standard output, QMP on descriptor `qmp_fd`.

    The machine stays, paused, when the guest shuts down, resets or panics: what it looked like
    can still be asked for. QEMU's debugger stub gets `debugger_fd`; an `incoming` machine waits
    until it is told where its state is.
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


def cpu_model(wanted: str | None, clock: ClockSpec) -> str:
    """The model a guest sees: the one wanted, but the host's own where that one runs the guest."""
    return clock.cpu_model if wanted is None or clock.cpu_model == HOST_CPU else wanted


def _clock_options(spec: MachineSpec, clock: ClockSpec, *, saved_later: bool) -> tuple[str, ...]:
    """QEMU records machines of one CPU and without disks, and saves none that it records. An idle
    one that it records may never hear what is typed."""
    if spec.cpus > 1:
        return clock.options_for_many or clock.options
    if spec.typed or saved_later or not _DISKS.isdisjoint(spec.extra):
        return clock.options
    return clock.options_recorded or clock.options
