"""Ratios of two measurements, computed only if they are comparable."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ringside.stats.summary import exact_cost
from ringside.store.schema import Environment, Measurement

# Fields of the environments that must be equal, with their names for messages.
COMPARABLE: dict[str, str] = {
    "clock": "clocks",
    "cpu_model": "CPU models",
    "qemu_version": "QEMU versions",
    "arch": "architectures",
    "machine": "machines",
    "smp": "CPU counts",
    "memory_mib": "memory sizes",
}

SIGNIFICANCE = 0.01
RESAMPLES = 2000
SAMPLES_MIN = 5

Answer = Literal["better", "worse", "same", "undecided"]


@dataclass(frozen=True)
class Ratio:
    """A cost relative to the reference's, where less is better; or, with `of_rates`, a rate, where
    more is better.

    With the exact clock it is a ratio of integers: `low`, `high` and `p` are None, and `answer` is
    `same` only if the two are equal. With a sampled clock `low` and `high` are the confidence
    interval of the ratio of medians at level 1 - SIGNIFICANCE, `p` is from the two-sided
    Mann-Whitney U test, and `undecided` means that no difference above `resolution` was found.
    """

    value: float
    answer: Answer
    low: float | None = None
    high: float | None = None
    p: float | None = None
    of_rates: bool = False

    @property
    def cost(self) -> float:
        """The ratio of costs, also if this is a ratio of rates."""
        return 1 / self.value if self.of_rates else self.value

    @property
    def resolution(self) -> float | None:
        """The largest relative difference that the interval does not exclude; None if exact."""
        if self.low is None or self.high is None:
            return None
        return max(self.high - 1, 1 - self.low, 0.0)

    def text(self) -> str:
        """The answer for display, with the size of an undetected difference."""
        if self.answer == "same":
            return "equal"
        if self.answer == "undecided":
            return f"no difference above {percent(self.resolution or 0.0)}"
        return f"{self.answer} by {percent(abs(self.value - 1))}"


@dataclass(frozen=True)
class Refusal:
    """Why two measurements have no ratio."""

    reason: str


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a measurement and its environment."""

    environment: Environment
    measurement: Measurement


def percent(fraction: float) -> str:
    """A relative difference as a percentage with two significant digits, for display."""
    value = fraction * 100
    return f"{value:,.0f} %" if abs(value) >= 10 else f"{value:.2g} %"


def incomparable(subject: Side, reference: Side) -> str | None:
    """The first reason why the two are not comparable, or None if they are."""
    for field, words in COMPARABLE.items():
        ours, theirs = (getattr(side.environment, field) for side in (subject, reference))
        if ours != theirs:
            return f"different {words}: {ours} and {theirs}"
    ours, theirs = subject.measurement, reference.measurement
    if ours.workload != theirs.workload:
        return f"different workloads: {ours.workload} and {theirs.workload}"
    for side in (ours, theirs):
        if side.status != "ok":
            return f"{side.kernel}: {side.status}"
    if ours.elf_sha256 != theirs.elf_sha256:
        return "different workload ELFs"
    if (ours.clock, ours.unit) != (theirs.clock, theirs.unit):
        return f"different units: {ours.clock} {ours.unit} and {theirs.clock} {theirs.unit}"
    for side in (ours, theirs):
        if not side.ticks or not side.samples or side.iterations < 1:
            return f"{side.kernel}: no samples"
    return None


def compare(subject: Side, reference: Side) -> Ratio | Refusal:
    """The ratio of costs, or of rates if the workload counts something; or why there is none."""
    reason = incomparable(subject, reference)
    if reason is not None:
        return Refusal(reason)
    judge = _exact if subject.measurement.clock == "exact" else _sampled
    found = judge(subject.measurement, reference.measurement)
    if isinstance(found, Refusal) or not subject.measurement.counts or not found.value:
        return found
    return dataclasses.replace(
        found,
        value=1 / found.value,
        low=1 / found.high if found.high else None,
        high=1 / found.low if found.low else None,
        of_rates=True,
    )


def _exact(subject: Measurement, reference: Measurement) -> Ratio | Refusal:
    ours, theirs = exact_cost(subject), exact_cost(reference)
    if theirs <= 0 or ours < 0:
        return Refusal(f"{reference.kernel}: a cost of {float(theirs):g} has no ratio")
    answer: Answer = "same" if ours == theirs else "worse" if ours > theirs else "better"
    return Ratio(float(ours / theirs), answer)


def _sampled(subject: Measurement, reference: Measurement) -> Ratio | Refusal:
    for side in (subject, reference):
        if len(side.samples) < SAMPLES_MIN:
            return Refusal(f"{side.kernel}: {len(side.samples)} samples, needs {SAMPLES_MIN}")
        if min(side.samples) <= 0:
            return Refusal(f"{side.kernel}: a sample is not above zero")
    # Seeded by the workload's name, so that equal results give equal reports.
    seed = zlib.crc32(subject.workload.encode())
    value, low, high = ratio_of_medians(subject.samples, reference.samples, seed)
    p = mann_whitney(subject.samples, reference.samples)
    answer: Answer = "undecided"
    if p < SIGNIFICANCE and low > 1:
        answer = "worse"
    elif p < SIGNIFICANCE and high < 1:
        answer = "better"
    return Ratio(value, answer, low, high, p)


def ratio_of_medians(
    subject: Sequence[float], reference: Sequence[float], seed: int
) -> tuple[float, float, float]:
    """The ratio of medians with its percentile bootstrap interval: value, low, high."""
    import numpy as np

    rng = np.random.default_rng(seed)

    def medians(samples: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        data = np.asarray(samples, dtype=np.float64)
        picks = rng.integers(0, data.size, size=(RESAMPLES, data.size))
        return np.asarray(np.median(data[picks], axis=1), dtype=np.float64)

    ratios = medians(subject) / medians(reference)
    low, high = np.quantile(ratios, [SIGNIFICANCE / 2, 1 - SIGNIFICANCE / 2])
    value = float(np.median(subject) / np.median(reference))
    return value, float(low), float(high)


def mann_whitney(subject: Sequence[float], reference: Sequence[float]) -> float:
    """The p-value of the two-sided Mann-Whitney U test."""
    from scipy import stats

    return float(stats.mannwhitneyu(subject, reference, alternative="two-sided").pvalue)
