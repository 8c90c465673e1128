"""The three clocks. Results of different clocks are never compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Clock = Literal["exact", "kvm", "tcg"]
Unit = Literal["instructions", "ns"]

HOST_CPU = "host"
# The guest's date at power-on, fixed so that guests behave the same on any day.
RTC_BASE = "2026-01-01T00:00:00"


@dataclass(frozen=True)
class ClockSpec:
    """A clock and QEMU's `options` for it.

    `options_smp` and `options_recorded` replace `options` for machines with several CPUs and for
    those that QEMU can record, unless empty. `parallel`: runs may share the host.
    """

    name: Clock
    unit: Unit
    cpu_model: str
    options: tuple[str, ...]
    parallel: bool
    meaning: str
    options_smp: tuple[str, ...] = ()
    options_recorded: tuple[str, ...] = ()


_ICOUNT = "shift=0,sleep=off"
_EXACT = ClockSpec(
    name="exact",
    unit="instructions",
    cpu_model="qemu64",
    options=("-accel", "tcg,thread=single", "-icount", _ICOUNT),
    parallel=True,
    meaning="guest instructions, the same in every run on any host",
    # In record mode QEMU's main loop does not advance the clock of an idle guest before the
    # instructions up to the halt are counted, a rare race on a busy host. The log is discarded.
    options_recorded=(
        *("-accel", "tcg,thread=single"),
        *("-icount", f"{_ICOUNT},rr=record,rrfile=/dev/null"),
    ),
)
_KVM = ClockSpec(
    name="kvm",
    unit="ns",
    cpu_model=HOST_CPU,
    options=("-accel", "kvm"),
    parallel=False,
    meaning="time on the real processor, with hardware virtualization",
)
_TCG = ClockSpec(
    name="tcg",
    unit="ns",
    cpu_model="qemu64",
    options=("-accel", "tcg,thread=single"),
    parallel=False,
    meaning="host time of the emulator: a smoke test, not a measurement",
    # One thread per CPU; on a single thread CPUs take turns and a workload can't scale.
    options_smp=("-accel", "tcg,thread=multi"),
)

CLOCKS: Mapping[Clock, ClockSpec] = MappingProxyType(
    {spec.name: spec for spec in (_EXACT, _KVM, _TCG)}
)
