"""The three clocks, as data. Results of different clocks are never put in one ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Clock = Literal["exact", "kvm", "tcg"]
Unit = Literal["instructions", "ns"]

HOST_CPU = "host"
# The guest's date at power-on, fixed so that nothing in a guest depends on the day of the run.
RTC_BASE = "2026-01-01T00:00:00"


@dataclass(frozen=True)
class ClockSpec:
    """A clock: `options` are QEMU's, those for many CPUs and for machines that QEMU can record
    where they differ; `parallel` says whether runs may share the host."""

    name: Clock
    unit: Unit
    cpu_model: str
    options: tuple[str, ...]
    parallel: bool
    meaning: str
    options_for_many: tuple[str, ...] = ()
    options_recorded: tuple[str, ...] = ()


_ICOUNT = "shift=0,sleep=off"
_EXACT = ClockSpec(
    name="exact",
    unit="instructions",
    cpu_model="qemu64",
    options=("-accel", "tcg,thread=single", "-icount", _ICOUNT),
    parallel=True,
    meaning="guest instructions, the same in every run on any host",
    # Recording keeps QEMU's main loop from moving an idle guest's clock on before the instructions
    # that led to the halt are counted, a rare race on a busy host. The record is of no use.
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
    # Each CPU on a thread of its own: taking turns on one, they could never scale.
    options_for_many=("-accel", "tcg,thread=multi"),
)

CLOCKS: Mapping[Clock, ClockSpec] = MappingProxyType(
    {spec.name: spec for spec in (_EXACT, _KVM, _TCG)}
)
