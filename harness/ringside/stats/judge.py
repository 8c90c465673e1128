"""The regression gate: a run of exact counts against a baseline, one workload at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ringside.errors import JudgeError
from ringside.stats.model import HEADER_KEYS, Baseline, Entry, header_of
from ringside.stats.summary import median_ticks
from ringside.store.schema import Measurement, Run

# better, worse, same   both sides have a count, and the tolerance was applied
# new                   the baseline has no such line, or had it as absent
# missing               the baseline has it, the run did not get to it
# failed                the run tried it and it did not give a count
# unjudged              there are two counts that can't be compared: `why` says it
Answer = Literal["better", "worse", "same", "new", "missing", "failed", "unjudged"]


@dataclass(frozen=True)
class Judgement:
    """One workload's answer. Ticks are of one repetition; none where there is no count."""

    workload: str
    answer: Answer
    before: int | None = None
    after: int | None = None
    why: str | None = None

    @property
    def change(self) -> float | None:
        """Relative change, above zero is more expensive; none without two counts."""
        if not self.before or self.after is None:
            return None
        return float(Fraction(self.after, self.before) - 1)


@dataclass(frozen=True)
class Verdict:
    """All answers, sorted by workload, and `refusals`: why the run as a whole can't be judged."""

    judgements: tuple[Judgement, ...]
    refusals: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 no regression, 1 a regression, 2 could not judge.

        A regression that was seen outweighs a workload that could not be judged.
        """
        if self.refusals:
            return 2
        answers = {judgement.answer for judgement in self.judgements}
        if answers & {"worse", "failed"}:
            return 1
        if answers & {"missing", "unjudged"} or not answers:
            return 2
        return 0

    def count(self, answer: Answer) -> int:
        """How many workloads got this answer."""
        return sum(judgement.answer == answer for judgement in self.judgements)


def judge(baseline: Baseline, run: Run, tolerance: float | Fraction = 0) -> Verdict:
    """Judge a run against a baseline.

    `tolerance` is relative: 0.01 lets a count grow by one per cent. At 0 one instruction more is
    a regression. A JudgeError means that the tolerance makes no sense.
    """
    slack = tolerance if isinstance(tolerance, Fraction) else _slack(tolerance)
    if slack < 0:
        raise JudgeError(f"the tolerance must be 0 or above, got {tolerance}")
    kernel = baseline.header["kernel"]
    refusals = _refusals(baseline, run)
    if refusals:
        return Verdict((), refusals)
    measured = {m.workload: m for m in run.measurements if m.kernel == kernel}
    names = sorted({*baseline.entries, *measured})
    return Verdict(tuple(_one(name, baseline.entries, measured, slack, run) for name in names))


def _slack(tolerance: float) -> Fraction:
    """The fraction that the user wrote, not the binary one nearest to it."""
    try:
        return Fraction(str(tolerance))
    except ValueError:
        raise JudgeError(f"the tolerance must be a number, got {tolerance}") from None


def _refusals(baseline: Baseline, run: Run) -> tuple[str, ...]:
    kernel = baseline.header["kernel"]
    if run.environment.clock != "exact":
        return (
            f"the run used the {run.environment.clock} clock: only exact counts are the same "
            "from one machine and day to the next, use --clock exact",
        )
    if kernel not in run.kernels:
        return (f"the baseline is for {kernel}, which is not in the run",)
    header = header_of(run, kernel)
    return tuple(
        f"{key}: the baseline has {baseline.header[key]}, the run {header[key]}"
        for key in HEADER_KEYS
        if header[key] != baseline.header[key]
    )


def _one(
    name: str,
    entries: Mapping[str, Entry],
    measured: Mapping[str, Measurement],
    slack: Fraction,
    run: Run,
) -> Judgement:
    entry, measurement = entries.get(name), measured.get(name)
    before = entry.ticks if entry else None
    if measurement is None:
        return Judgement(name, "missing", before=before, why="not in the run")
    if measurement.status == "skipped" and not run.complete:
        return Judgement(name, "missing", before=before, why="the run was interrupted")
    if measurement.status == "absent" and before is None:
        return Judgement(name, "same" if entry else "new", why="absent")
    if measurement.status != "ok":
        detail = f": {measurement.detail}" if measurement.detail else ""
        return Judgement(name, "failed", before=before, why=f"{measurement.status}{detail}")
    if not measurement.ticks:
        return Judgement(name, "failed", before=before, why="no readings")
    after = median_ticks(measurement)
    if entry is None or entry.ticks is None or entry.iterations is None:
        return Judgement(name, "new", after=after)
    if not measurement.elf_sha256.startswith(entry.elf):
        return Judgement(name, "unjudged", before, after, "the workload's ELF differs")
    if measurement.iterations != entry.iterations:
        return Judgement(name, "unjudged", before, after, "the number of iterations differs")
    if after > entry.ticks + entry.ticks * slack:
        return Judgement(name, "worse", before, after)
    if after < entry.ticks - entry.ticks * slack:
        return Judgement(name, "better", before, after)
    return Judgement(name, "same", before, after)
