"""Rates, the reciprocal of costs, for workloads that count something.

A rate is per second for clocks that measure time. The exact clock has no second: there it is per
thousand or million instructions of all CPUs together.
"""

from __future__ import annotations

from dataclasses import dataclass

from ringside.store.schema import Measurement

# Unit symbols.
_SYMBOLS = {"messages": "msg", "operations": "op"}


@dataclass(frozen=True)
class Rate:
    """`value` in `unit`, a unit symbol for display."""

    value: float
    unit: str


def rate_of(measurement: Measurement) -> Rate | None:
    """The rate of a measurement that counts something and has a value, else None."""
    m = measurement
    if not m.counts or not m.value or m.value <= 0:
        return None
    exact = m.unit == "instructions"
    if m.counts == "bytes":
        return Rate(m.bytes * 1e3 / m.value, "B/kinstr" if exact else "MB/s")
    symbol = _SYMBOLS.get(m.counts, m.counts)
    per = "Minstr" if exact else "s"
    return Rate((1e6 if exact else 1e9) / m.value, f"{symbol}/{per}")


def efficiency(one: Measurement, many: Measurement) -> float | None:
    """Parallel efficiency: the throughput of `many.tasks` tasks, relative to that of as many
    independent single tasks.

    The exact clock counts the instructions of all CPUs, so that this is the ratio of the costs of
    an operation; time passes once for all CPUs. None without two values.
    """
    if not one.value or not many.value or not many.tasks:
        return None
    parallelism = 1 if many.unit == "instructions" else many.tasks
    return one.value / (many.value * parallelism)
