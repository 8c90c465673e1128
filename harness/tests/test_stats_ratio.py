"""Ratios: refused unless comparable, exact in integers, honest about noise."""

from __future__ import annotations

import random
from typing import Any

import pytest
import runs
from hypothesis import given, settings
from hypothesis import strategies as st

from ringside.stats.ratio import Ratio, Refusal, Side, compare, percent
from ringside.store.schema import Measurement


def exact(kernel: str, ticks: int, iterations: int = 10, **changes: Any) -> Side:
    measured = runs.measurement(kernel, "g/w", [ticks] * 3, iterations=iterations, **changes)
    return Side(runs.environment(), measured)


def sampled(kernel: str, samples: list[float], **changes: Any) -> Side:
    measured = Measurement(
        **runs.measurement(kernel, "g/w", [int(s * 10) for s in samples]).model_dump()
        | {"clock": "kvm", "unit": "ns", "samples": tuple(samples)}
        | changes
    )
    return Side(runs.environment(clock="kvm"), measured)


def noisy(middle: float, seed: int, count: int = 60, sigma: float = 0.02) -> list[float]:
    source = random.Random(seed)
    return [middle * source.lognormvariate(0, sigma) for _ in range(count)]


def ratio(subject: Side, reference: Side) -> Ratio:
    answer = compare(subject, reference)
    assert isinstance(answer, Ratio)
    return answer


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"clock": "tcg"}, "clocks"),
        ({"cpu_model": "max"}, "CPU models"),
        ({"qemu_version": "10.0.2"}, "QEMU versions"),
        ({"arch": "riscv64"}, "architectures"),
        ({"machine": "q35"}, "machines"),
        ({"smp": 2}, "CPU counts"),
        ({"memory_mib": 1024}, "memory sizes"),
    ],
)
def test_unlike_environments_have_no_ratio(change: dict[str, Any], words: str) -> None:
    ours = exact("a", 100)
    theirs = Side(runs.environment(**change), exact("b", 100).measurement)
    answer = compare(ours, theirs)
    assert isinstance(answer, Refusal)
    assert words in answer.reason
    assert str(next(iter(change.values()))) in answer.reason


def test_unlike_elves_have_no_ratio() -> None:
    answer = compare(exact("a", 100), exact("b", 100, elf_sha256="0" * 64))
    assert answer == Refusal("different workload ELFs")


@pytest.mark.parametrize("status", ["absent", "wrong", "crashed", "panicked", "hung", "torn"])
def test_what_did_not_work_has_no_ratio(status: Any) -> None:
    broken = Side(runs.environment(), runs.measurement("b", "g/w", status=status))
    assert compare(exact("a", 100), broken) == Refusal(f"b: {status}")
    assert compare(broken, exact("a", 100)) == Refusal(f"b: {status}")


def test_unlike_workloads_have_no_ratio() -> None:
    other = Side(runs.environment(), runs.measurement("b", "g/v"))
    assert isinstance(compare(exact("a", 100), other), Refusal)


def test_a_free_reference_has_no_ratio() -> None:
    assert isinstance(compare(exact("a", 100), exact("b", 0)), Refusal)


@given(st.integers(1, 2**62), st.integers(1, 10**6))
def test_one_instruction_more_is_worse_and_equal_is_the_same(ticks: int, iterations: int) -> None:
    reference = exact("b", ticks, iterations)
    assert ratio(exact("a", ticks, iterations), reference).answer == "same"
    assert ratio(exact("a", ticks + 1, iterations), reference).answer == "worse"
    assert ratio(exact("a", ticks - 1, iterations), reference).answer == "better"


def test_other_iteration_counts_compare_by_operation() -> None:
    found = ratio(exact("a", 300, 30), exact("b", 100, 10))
    assert found == Ratio(1.0, "same")
    assert found.text() == "equal"
    assert found.resolution is None


def test_a_clear_difference_is_seen() -> None:
    slow, fast = sampled("a", noisy(120, 1)), sampled("b", noisy(100, 2))
    found = ratio(slow, fast)
    assert found.answer == "worse"
    assert found.low is not None and found.high is not None
    assert 1 < found.low <= found.value <= found.high
    assert found.value == pytest.approx(1.2, rel=0.02)
    assert "worse by" in found.text()
    assert ratio(fast, slow).answer == "better"


def test_no_difference_says_how_large_one_could_hide() -> None:
    found = ratio(sampled("a", noisy(100, 3)), sampled("b", noisy(100, 4)))
    assert found.answer == "undecided"
    assert found.resolution is not None and 0 < found.resolution < 0.05
    assert found.text() == f"no difference above {percent(found.resolution)}"


def test_the_same_samples_give_the_same_answer_each_time() -> None:
    ours, theirs = sampled("a", noisy(100, 5)), sampled("b", noisy(101, 6))
    assert compare(ours, theirs) == compare(ours, theirs)


def test_false_alarms_are_rare() -> None:
    answers = [
        ratio(sampled("a", noisy(100, 2 * n, 30)), sampled("b", noisy(100, 2 * n + 1, 30))).answer
        for n in range(60)
    ]
    assert sum(answer != "undecided" for answer in answers) <= 3


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(1, 1e9), min_size=5, max_size=20))
def test_samples_against_themselves_are_never_a_difference(samples: list[float]) -> None:
    assert ratio(sampled("a", samples), sampled("b", samples)).answer == "undecided"


def test_too_few_samples_are_refused() -> None:
    answer = compare(sampled("a", [1.0, 2.0]), sampled("b", noisy(100, 1)))
    assert answer == Refusal("a: 2 samples, needs 5")


def test_a_sample_of_nothing_is_refused() -> None:
    answer = compare(sampled("a", [1.0] * 5), sampled("b", [1.0] * 4 + [0.0]))
    assert answer == Refusal("b: a sample is not above zero")


@pytest.mark.parametrize(
    ("fraction", "words"),
    [(0.0, "0 %"), (0.00012, "0.012 %"), (0.0321, "3.2 %"), (0.5, "50 %"), (21.5, "2,150 %")],
)
def test_percentages_have_two_digits(fraction: float, words: str) -> None:
    assert percent(fraction) == words
