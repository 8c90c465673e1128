"""The regression gate: judge a run of exact counts against a baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ringside.errors import JudgeError
from ringside.stats.model import HEADER_KEYS, Baseline, Entry, header_of
from ringside.stats.summary import median_ticks
from ringside.store.schema import Measurement, Run

# better, worse, same   both sides have a count, compared with the tolerance
# new                   the workload is not in the baseline, or absent there
# missing               the run did not get to the workload
# failed                the run gave no count for the workload
# unjudged              the two counts are not comparable: `why` gives the reason
Answer = Literal["better", "worse", "same", "new", "missing", "failed", "unjudged"]


@dataclass(frozen=True)
class Judgement:
    """The result for one workload. Ticks are per repetition; None without a count."""

    workload: str
    answer: Answer
    before: int | None = None
    after: int | None = None
    why: str | None = None

    @property
    def change(self) -> float | None:
        """The relative change, positive if more expensive; None without two counts."""
        if not self.before or self.after is None:
            return None
        return float(Fraction(self.after, self.before) - 1)


@dataclass(frozen=True)
class Verdict:
    """All results, sorted by workload. `refusals`: why the run as a whole can't be judged."""

    judgements: tuple[Judgement, ...]
    refusals: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 no regression, 1 a regression, 2 not judged.

        A regression takes precedence over workloads that could not be judged.
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
        """The number of workloads with this answer."""
        return sum(judgement.answer == answer for judgement in self.judgements)


def judge(baseline: Baseline, run: Run, tolerance: float | Fraction = 0) -> Verdict:
    """Judge a run against a baseline.

    `tolerance` is relative: with 0.01 a count may grow by 1 %, with 0 not by a single instruction.
    Raises JudgeError if it is not a number of 0 or more.
    """
    relative = tolerance if isinstance(tolerance, Fraction) else _as_fraction(tolerance)
    if relative < 0:
        raise JudgeError(f"the tolerance must be 0 or above, got {tolerance}")
    kernel = baseline.header["kernel"]
    refusals = _refusals(baseline, run)
    if refusals:
        return Verdict((), refusals)
    measured = {m.workload: m for m in run.measurements if m.kernel == kernel}
    names = sorted({*baseline.entries, *measured})
    judgements = (_judge_one(n, baseline.entries, measured, relative, run) for n in names)
    return Verdict(tuple(judgements))


def _as_fraction(tolerance: float) -> Fraction:
    """The decimal fraction that the user wrote, not its binary approximation."""
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


def _judge_one(
    name: str,
    entries: Mapping[str, Entry],
    measured: Mapping[str, Measurement],
    tolerance: Fraction,
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
    if after > entry.ticks + entry.ticks * tolerance:
        return Judgement(name, "worse", before, after)
    if after < entry.ticks - entry.ticks * tolerance:
        return Judgement(name, "better", before, after)
    return Judgement(name, "same", before, after)
