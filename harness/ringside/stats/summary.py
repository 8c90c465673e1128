"""Order statistics of one workload's samples."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ringside.store.schema import Measurement


@dataclass(frozen=True)
class Summary:
    """Order statistics, in the unit of the samples.

    `median` is the lower median, which is one of the samples and stays an integer for integers.
    `lower` and `upper` are the quartiles, interpolated linearly (type 7 of Hyndman and Fan).
    """

    count: int
    minimum: float
    lower: float
    median: float
    upper: float
    maximum: float

    @property
    def spread(self) -> float | None:
        """The interquartile range relative to the median; None if the median is zero."""
        return (self.upper - self.lower) / self.median if self.median else None

    @property
    def span(self) -> float | None:
        """The range relative to the median; None if the median is zero."""
        return (self.maximum - self.minimum) / self.median if self.median else None

    @property
    def constant(self) -> bool:
        """Whether all samples are equal."""
        return self.minimum == self.maximum


def summarize(samples: Sequence[float]) -> Summary:
    """Summarize samples. Raises ValueError if there are none."""
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
    """The median ticks of a repetition. Raises ValueError without readings."""
    if not measurement.ticks:
        raise ValueError(f"{measurement.workload} has no readings")
    return statistics.median_low(measurement.ticks)


def exact_cost(measurement: Measurement) -> Fraction:
    """Median ticks per operation, as an exact fraction."""
    return Fraction(median_ticks(measurement), measurement.iterations)
