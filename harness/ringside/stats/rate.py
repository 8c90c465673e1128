"""How much gets done: the other way round of a cost, for workloads that count something.

A cost says what one operation takes and less is better; a rate says how much is done, and more is
better. In a clock of time a rate is one a second. In the exact clock there is no second: it is
one a thousand or a million instructions, of all CPUs together.
"""

from __future__ import annotations

from dataclasses import dataclass

from ringside.store.schema import Measurement

# What is counted: its unit a million instructions or a second. Bytes come in thousands.
_SHORT = {"messages": "msg", "operations": "op"}


@dataclass(frozen=True)
class Rate:
    """`value` is in `unit`, which is one for a reader."""

    value: float
    unit: str


def rate_of(measurement: Measurement) -> Rate | None:
    """The rate of a measurement that counts something and has a value, else none."""
    m = measurement
    if not m.counts or not m.value or m.value <= 0:
        return None
    exact = m.unit == "instructions"
    if m.counts == "bytes":
        return Rate(m.bytes * 1e3 / m.value, "B/kinstr" if exact else "MB/s")
    each = _SHORT.get(m.counts, m.counts)
    return Rate((1e6 if exact else 1e9) / m.value, f"{each}/Minstr" if exact else f"{each}/s")


def efficiency(one: Measurement, many: Measurement) -> float | None:
    """What `many.tasks` tasks get done over what they would if each did as much as one alone.

    The exact clock counts the instructions of all CPUs, so that it is the price of an operation
    for one task over that for many; time passes once for all CPUs. None without two values.
    """
    if not one.value or not many.value or not many.tasks:
        return None
    share = 1 if many.unit == "instructions" else many.tasks
    return one.value / (many.value * share)
