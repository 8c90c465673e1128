"""What changed from one run to another, kernel by kernel: costs, and answers to probes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import geometric_mean
from typing import Literal

from ringside.errors import JudgeError
from ringside.stats.ratio import Ratio, Side, compare
from ringside.store.schema import Answer, ImageRecord, Measurement, ProbeAnswer, Run

# What must be equal of two runs, with the words for it, before their costs are compared.
_ALIKE = {"profile": "profiles", "isolation": "ways of isolating workloads"}

# regressed, improved, same  both have a cost: the answer of stats.ratio, past the tolerance
# lost                   it had a cost before, and was tried again without one
# gained                 it has one now
# unjudged               no ratio may be taken of the two: `why` says it
Kind = Literal["regressed", "improved", "same", "lost", "gained", "unjudged"]


@dataclass(frozen=True)
class Change:
    """One workload on one kernel, in both runs. `ratio` is of the later to the earlier."""

    kernel: str
    workload: str
    kind: Kind
    before: Measurement
    after: Measurement
    ratio: Ratio | None = None
    why: str = ""


@dataclass(frozen=True)
class Turned:
    """A probe that got another answer."""

    kernel: str
    probe: str
    before: Answer
    after: Answer
    detail: str

    @property
    def lost(self) -> bool:
        """Whether the feature was there, and is not any more."""
        return self.before == "works"


@dataclass(frozen=True)
class Changes:
    """All of two runs. `images` are the kernels, by id, whose image is another one: how each run
    names its version. `only` are workloads that one of the two runs has not, as kernel and name."""

    kernels: tuple[str, ...]
    costs: tuple[Change, ...]
    probes: tuple[Turned, ...]
    images: tuple[tuple[str, str, str], ...]
    only: tuple[tuple[str, str], ...]

    @property
    def exit_code(self) -> int:
        """0 no regression, 1 a cost increased or a result was lost, 2 nothing could be compared."""
        kinds = {change.kind for change in self.costs}
        if kinds & {"regressed", "lost"} or any(turned.lost for turned in self.probes):
            return 1
        judged = kinds & {"same", "improved", "gained"}
        return 0 if judged or (self.probes and not kinds) else 2

    def mean(self, kernel: str) -> tuple[float, int] | None:
        """The geometric mean of a kernel's ratios of cost, and of how many; none without any."""
        costs = [c.ratio.cost for c in self.costs if c.kernel == kernel and c.ratio]
        positive = [cost for cost in costs if cost > 0]
        if not positive:
            return None
        return geometric_mean(positive), len(positive)


def changes(before: Run, after: Run, tolerance: float = 0.0) -> Changes:
    """What changed from `before` to `after`, of the kernels that both have.

    `tolerance` is relative: at 0.01 a cost within one per cent of the earlier is the same.
    Raises JudgeError when the runs have no kernel in common, or were made in different ways.
    """
    kernels = tuple(kernel for kernel in after.kernels if kernel in before.kernels)
    if not kernels:
        names = f"{', '.join(before.kernels)} and {', '.join(after.kernels)}"
        raise JudgeError(f"the runs have no kernel in common: {names}")
    for field, words in _ALIKE.items():
        ours, theirs = getattr(before, field), getattr(after, field)
        if ours != theirs:
            raise JudgeError(f"the runs have different {words}: {ours} and {theirs}")
    old = {(m.kernel, m.workload): m for m in before.measurements if m.kernel in kernels}
    new = {(m.kernel, m.workload): m for m in after.measurements if m.kernel in kernels}
    slack = Fraction(str(tolerance))
    return Changes(
        kernels=kernels,
        costs=tuple(
            _cost(before, after, m, new[key], slack) for key, m in old.items() if key in new
        ),
        probes=_turned(before.probes, after.probes),
        images=tuple(_images(before.images, after.images, kernels)),
        only=tuple(sorted(old.keys() ^ new.keys())),
    )


def _cost(before: Run, after: Run, old: Measurement, new: Measurement, slack: Fraction) -> Change:
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
    # As the user would write it: 0.99 is one per cent below 1, which its binary form is not quite.
    moved = abs(Fraction(found.cost).limit_denominator(10**9) - 1)
    if found.answer in ("same", "undecided") or moved <= slack:
        return change("same", found)
    return change("regressed" if found.answer == "worse" else "improved", found)


def _turned(before: Sequence[ProbeAnswer], after: Sequence[ProbeAnswer]) -> tuple[Turned, ...]:
    old = {(a.kernel, a.probe): a.answer for a in before}
    return tuple(
        Turned(a.kernel, a.probe, old[a.kernel, a.probe], a.answer, a.detail or "")
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
