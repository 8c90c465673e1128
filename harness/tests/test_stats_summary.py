"""Summaries of samples."""

from __future__ import annotations

from fractions import Fraction

import pytest
import runs
from hypothesis import given
from hypothesis import strategies as st

from ringside.stats.summary import exact_cost, median_ticks, summarize

READINGS = st.lists(st.integers(0, 2**63), min_size=1, max_size=60)


@given(READINGS)
def test_the_median_is_a_reading_and_splits_the_samples(readings: list[int]) -> None:
    median = summarize(readings).median
    assert median in readings
    assert sum(r < median for r in readings) * 2 <= len(readings)
    assert sum(r > median for r in readings) * 2 <= len(readings)


@given(READINGS, st.randoms())
def test_order_does_not_matter(readings: list[int], random: object) -> None:
    shuffled = list(readings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert summarize(shuffled) == summarize(readings)


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=60))
def test_quartiles_lie_between_the_extremes(readings: list[int]) -> None:
    summary = summarize(readings)
    assert summary.minimum <= summary.lower <= summary.upper <= summary.maximum
    assert summary.constant == (len(set(readings)) == 1)


def test_integers_stay_integers_however_large() -> None:
    big = 2**61 + 1
    assert summarize([big, big, big + 2]).median == big
    assert isinstance(summarize([big]).median, int)


def test_spread_and_span_are_relative_to_the_median() -> None:
    summary = summarize([90, 100, 100, 110, 200])
    assert summary.spread == pytest.approx(0.1)
    assert summary.span == pytest.approx(1.1)


def test_a_zero_median_has_no_relative_spread() -> None:
    assert summarize([0, 0, 0]).spread is None
    assert summarize([0, 0, 0]).span is None


def test_no_samples_is_an_error() -> None:
    with pytest.raises(ValueError, match="no samples"):
        summarize([])


def test_the_exact_cost_is_a_fraction() -> None:
    measured = runs.measurement("a", "g/w", [100, 101, 109], iterations=3)
    assert median_ticks(measured) == 101
    assert exact_cost(measured) == Fraction(101, 3)


def test_a_measurement_without_readings_has_no_median() -> None:
    with pytest.raises(ValueError, match="no readings"):
        median_ticks(runs.measurement("a", "g/w", status="torn"))
