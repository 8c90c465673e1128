"""Compare two runs kernel by kernel: costs, and answers to probes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import geometric_mean
from typing import Literal

from ringside.errors import JudgeError
from ringside.stats.ratio import Ratio, Side, compare
from ringside.store.schema import Answer, ImageRecord, Measurement, ProbeAnswer, Run

# Fields that must be equal in two runs to compare them, with their names for messages.
_REQUIRED_EQUAL = {"profile": "profiles", "isolation": "ways of isolating workloads"}

# regressed, improved, same  both runs have a cost; as in stats.ratio, beyond the tolerance
# lost                       the earlier run has a cost and the later one does not
# gained                     only the later run has a cost
# unjudged                   the two are not comparable: `why` gives the reason
Kind = Literal["regressed", "improved", "same", "lost", "gained", "unjudged"]


@dataclass(frozen=True)
class Change:
    """One workload on one kernel in both runs. `ratio` is later to earlier."""

    kernel: str
    workload: str
    kind: Kind
    before: Measurement
    after: Measurement
    ratio: Ratio | None = None
    why: str = ""


@dataclass(frozen=True)
class ChangedAnswer:
    """A probe whose answer differs between the runs."""

    kernel: str
    probe: str
    before: Answer
    after: Answer
    detail: str

    @property
    def lost(self) -> bool:
        """Whether the feature worked in the earlier run."""
        return self.before == "works"


@dataclass(frozen=True)
class Comparison:
    """All differences between two runs.

    `images` are (kernel, earlier version, later version) of kernels whose image differs. `only` are
    (kernel, workload) that only one of the runs has.
    """

    kernels: tuple[str, ...]
    costs: tuple[Change, ...]
    probes: tuple[ChangedAnswer, ...]
    images: tuple[tuple[str, str, str], ...]
    only: tuple[tuple[str, str], ...]

    @property
    def exit_code(self) -> int:
        """0 no regression, 1 a cost increased or a result was lost, 2 nothing was comparable."""
        kinds = {change.kind for change in self.costs}
        if kinds & {"regressed", "lost"} or any(turned.lost for turned in self.probes):
            return 1
        judged = kinds & {"same", "improved", "gained"}
        return 0 if judged or (self.probes and not kinds) else 2

    def mean(self, kernel: str) -> tuple[float, int] | None:
        """The geometric mean of a kernel's cost ratios and their number; None without ratios."""
        costs = [c.ratio.cost for c in self.costs if c.kernel == kernel and c.ratio]
        positive = [cost for cost in costs if cost > 0]
        if not positive:
            return None
        return geometric_mean(positive), len(positive)


def compare_runs(before: Run, after: Run, tolerance: float = 0.0) -> Comparison:
    """Compare the kernels that are in both runs.

    `tolerance` is relative: with 0.01 a change of up to 1 % counts as equal. Raises JudgeError if
    the runs have no kernel in common or were made under different conditions.
    """
    kernels = tuple(kernel for kernel in after.kernels if kernel in before.kernels)
    if not kernels:
        names = f"{', '.join(before.kernels)} and {', '.join(after.kernels)}"
        raise JudgeError(f"the runs have no kernel in common: {names}")
    for field, words in _REQUIRED_EQUAL.items():
        ours, theirs = getattr(before, field), getattr(after, field)
        if ours != theirs:
            raise JudgeError(f"the runs have different {words}: {ours} and {theirs}")
    old = {(m.kernel, m.workload): m for m in before.measurements if m.kernel in kernels}
    new = {(m.kernel, m.workload): m for m in after.measurements if m.kernel in kernels}
    relative = Fraction(str(tolerance))
    return Comparison(
        kernels=kernels,
        costs=tuple(
            _compare_costs(before, after, m, new[key], relative)
            for key, m in old.items()
            if key in new
        ),
        probes=_changed_answers(before.probes, after.probes),
        images=tuple(_images(before.images, after.images, kernels)),
        only=tuple(sorted(old.keys() ^ new.keys())),
    )


def _compare_costs(
    before: Run, after: Run, old: Measurement, new: Measurement, tolerance: Fraction
) -> Change:
    def change(kind: Kind, ratio: Ratio | None = None, why: str = "") -> Change:
        return Change(new.kernel, new.workload, kind, old, new, ratio, why)

    if old.status == "ok" and new.status != "ok":
        return change("lost", why=f"{new.status}{': ' + new.detail if new.detail else ''}")
    if old.status != "ok":
        return change("gained" if new.status == "ok" else "same", why=f"it was {old.status}")
    found = compare(
        Side(after.environment_of(new.kernel), new), Side(before.environment_of(old.kernel), old)
    )
    if not isinstance(found, Ratio):
        return change("unjudged", why=found.reason)
    # Rounded to decimal: 0.99 is exactly 1 % below 1, unlike its binary representation.
    difference = abs(Fraction(found.cost).limit_denominator(10**9) - 1)
    if found.answer in ("same", "undecided") or difference <= tolerance:
        return change("same", found)
    return change("regressed" if found.answer == "worse" else "improved", found)


def _changed_answers(
    before: Sequence[ProbeAnswer], after: Sequence[ProbeAnswer]
) -> tuple[ChangedAnswer, ...]:
    old = {(a.kernel, a.probe): a.answer for a in before}
    return tuple(
        ChangedAnswer(a.kernel, a.probe, old[a.kernel, a.probe], a.answer, a.detail or "")
        for a in after
        if old.get((a.kernel, a.probe), a.answer) != a.answer
    )


def _images(
    before: Sequence[ImageRecord], after: Sequence[ImageRecord], kernels: Sequence[str]
) -> list[tuple[str, str, str]]:
    old, new = ({image.kernel: image for image in images} for images in (before, after))
    both = [kernel for kernel in kernels if kernel in old and kernel in new]
    return [
        (kernel, old[kernel].version, new[kernel].version)
        for kernel in both
        if old[kernel].sha256 != new[kernel].sha256
    ]
