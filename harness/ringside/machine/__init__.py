"""An emulated machine: its clock, QEMU's command line, the QEMU process, and a fake for tests."""

from ringside.machine.argv import MachineSpec, build_argv
from ringside.machine.base import Event, EventKind, Machine
from ringside.machine.clock import CLOCKS, Clock, ClockSpec, Unit
from ringside.machine.qemu import QemuMachine
from ringside.machine.version import Qemu, find_qemu

__all__ = [
    "CLOCKS",
    "Clock",
    "ClockSpec",
    "Event",
    "EventKind",
    "Machine",
    "MachineSpec",
    "Qemu",
    "QemuMachine",
    "Unit",
    "build_argv",
    "find_qemu",
]
