"""The regression gate, one answer after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
import runs
from hypothesis import given
from hypothesis import strategies as st

from ringside.errors import JudgeError
from ringside.stats import baseline
from ringside.stats.judge import Verdict, judge
from ringside.stats.model import Baseline
from ringside.store.schema import Measurement, Run


def measured(ticks: int = 1000, name: str = "g/w", **changes: Any) -> Measurement:
    return runs.measurement("a", name, [ticks] * 3, **changes)


def before(*measurements: Measurement) -> Baseline:
    return baseline.parse(baseline.dump(runs.run(measurements or [measured()])), "b.txt")


def answers(verdict: Verdict) -> list[str]:
    return [judgement.answer for judgement in verdict.judgements]


def check(
    old: Baseline, new: Iterable[Measurement], tolerance: float = 0, **changes: Any
) -> Verdict:
    return judge(old, runs.run(new, **({"kernels": ["a"]} | changes)), tolerance)


@given(st.integers(0, 2**60))
def test_one_instruction_more_is_a_regression(ticks: int) -> None:
    old = before(measured(ticks))
    worse = check(old, [measured(ticks + 1)])
    assert (answers(worse), worse.exit_code) == (["worse"], 1)
    same = check(old, [measured(ticks)])
    assert (answers(same), same.exit_code) == (["same"], 0)
    better = check(before(measured(ticks + 1)), [measured(ticks)])
    assert (answers(better), better.exit_code) == (["better"], 0)


@pytest.mark.parametrize(
    ("after", "answer"),
    [(1100, "same"), (1101, "worse"), (900, "same"), (899, "better")],
)
def test_the_tolerance_is_the_fraction_that_was_written(after: int, answer: str) -> None:
    # 0.1 as a binary fraction is a little more than a tenth: 1100 must still be within it.
    verdict = check(before(measured(1000)), [measured(after)], 0.1)
    assert answers(verdict) == [answer]


@pytest.mark.parametrize("tolerance", [-0.1, float("nan"), float("inf")])
def test_a_senseless_tolerance_is_refused(tolerance: float) -> None:
    with pytest.raises(JudgeError, match="tolerance"):
        check(before(), [measured()], tolerance)


def test_new_is_no_regression() -> None:
    verdict = check(before(), [measured(), measured(name="g/x")])
    assert (answers(verdict), verdict.exit_code) == (["same", "new"], 0)


def test_missing_can_not_be_judged() -> None:
    verdict = check(before(measured(), measured(name="g/x")), [measured()])
    assert (answers(verdict), verdict.exit_code) == (["same", "missing"], 2)


@pytest.mark.parametrize("status", ["wrong", "crashed", "panicked", "hung", "torn", "skipped"])
def test_failed_is_a_regression(status: Any) -> None:
    verdict = check(before(), [runs.measurement("a", "g/w", status=status, detail="why")])
    assert (answers(verdict), verdict.exit_code) == (["failed"], 1)
    assert verdict.judgements[0].why == f"{status}: why"


def test_a_failing_workload_that_is_new_fails_too() -> None:
    broken = runs.measurement("a", "g/x", status="hung")
    assert check(before(), [measured(), broken]).exit_code == 1


def test_a_feature_lost_is_a_regression_and_one_still_absent_is_not() -> None:
    gone = runs.measurement("a", "g/w", status="absent")
    assert check(before(), [gone]).exit_code == 1
    still = check(before(gone), [gone])
    assert (answers(still), still.exit_code) == (["same"], 0)
    gained = check(before(gone), [measured()])
    assert (answers(gained), gained.exit_code) == (["new"], 0)


def test_an_interrupted_run_is_not_a_regression() -> None:
    skipped = runs.measurement("a", "g/w", status="skipped")
    verdict = check(before(), [skipped], complete=False)
    assert (answers(verdict), verdict.exit_code) == (["missing"], 2)


def test_another_elf_or_iteration_count_can_not_be_judged() -> None:
    elf = check(before(), [measured(elf_sha256="0" * 64)])
    assert (answers(elf), elf.exit_code) == (["unjudged"], 2)
    iterations = check(before(), [measured(iterations=11)])
    assert (answers(iterations), iterations.exit_code) == (["unjudged"], 2)


def test_a_regression_outweighs_what_could_not_be_judged() -> None:
    old = before(measured(), measured(name="g/x"))
    assert check(old, [measured(1001), measured(name="g/x", elf_sha256="0" * 64)]).exit_code == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"qemu_version": "10.0.2"}, "qemu: the baseline has 7.2.22, the run 10.0.2"),
        ({"cpu_model": "max"}, "cpu: the baseline has qemu64, the run max"),
        ({"machine": "q35"}, "machine: "),
        ({"arch": "riscv64"}, "arch: "),
        ({"smp": 2}, "smp: "),
        ({"memory_mib": 1024}, "memory: the baseline has 512 MiB, the run 1024 MiB"),
        ({"toolchain": "clang 19"}, "toolchain: "),
    ],
)
def test_another_environment_can_not_be_judged(change: dict[str, Any], says: str) -> None:
    verdict = check(before(), [measured(1)], environment=runs.environment(**change))
    assert verdict.exit_code == 2
    assert verdict.judgements == ()
    assert [refusal.startswith(says) for refusal in verdict.refusals] == [True]


def test_another_profile_can_not_be_judged() -> None:
    verdict = check(before(), [measured()], profile="full")
    assert verdict.refusals == ("profile: the baseline has quick, the run full",)


@pytest.mark.parametrize("clock", ["kvm", "tcg"])
def test_a_sampled_clock_can_not_be_judged(clock: str) -> None:
    verdict = check(before(), [measured()], environment=runs.environment(clock=clock))
    assert verdict.exit_code == 2
    assert "use --clock exact" in verdict.refusals[0]


def test_a_run_of_another_kernel_can_not_be_judged() -> None:
    run: Run = runs.run([runs.measurement("b", "g/w")])
    verdict = judge(before(), run)
    assert verdict.exit_code == 2
    assert "for a, which is not in the run" in verdict.refusals[0]


def test_an_ok_without_readings_is_a_failure() -> None:
    assert answers(
        check(before(), [measured(ticks=0, status="ok").model_copy(update={"ticks": ()})])
    ) == ["failed"]


def test_counts_and_changes_are_there_for_the_reader() -> None:
    verdict = check(before(), [measured(1100)])
    assert verdict.count("worse") == 1
    assert verdict.judgements[0].change == pytest.approx(0.1)
