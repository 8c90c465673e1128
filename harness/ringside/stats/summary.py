"""The middle and the spread of one workload's samples."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ringside.store.schema import Measurement


@dataclass(frozen=True)
class Summary:
    """Order statistics of samples, in the samples' own unit.

    `median` is a reading that was taken (of an even number of samples, the lower of the middle
    two), so it stays an integer for integers. `lower` and `upper` are the quartiles, linearly
    interpolated (Hyndman and Fan's type 7).
    """

    count: int
    minimum: float
    lower: float
    median: float
    upper: float
    maximum: float

    @property
    def spread(self) -> float | None:
        """Interquartile range over the median; none when the median is zero."""
        return (self.upper - self.lower) / self.median if self.median else None

    @property
    def span(self) -> float | None:
        """Range over the median; none when the median is zero."""
        return (self.maximum - self.minimum) / self.median if self.median else None

    @property
    def constant(self) -> bool:
        """Whether every sample was the same."""
        return self.minimum == self.maximum


def summarize(samples: Sequence[float]) -> Summary:
    """Summarize one or more samples; an empty sequence is a ValueError."""
    if not samples:
        raise ValueError("no samples to summarize")
    ordered = sorted(samples)
    if len(ordered) == 1:
        lower = upper = float(ordered[0])
    else:
        lower, _, upper = statistics.quantiles(ordered, n=4, method="inclusive")
    return Summary(
        count=len(ordered),
        minimum=ordered[0],
        lower=lower,
        median=statistics.median_low(ordered),
        upper=upper,
        maximum=ordered[-1],
    )


def median_ticks(measurement: Measurement) -> int:
    """The median reading of a repetition, as the guest's counter gave it."""
    if not measurement.ticks:
        raise ValueError(f"{measurement.workload} has no readings")
    return statistics.median_low(measurement.ticks)


def exact_cost(measurement: Measurement) -> Fraction:
    """Median ticks of one operation, as an exact fraction."""
    return Fraction(median_ticks(measurement), measurement.iterations)
