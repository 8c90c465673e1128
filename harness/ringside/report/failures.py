"""Workloads without a result, grouped by reason, so that a missing call is reported once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ringside.report import text
from ringside.store.schema import BootRecord, Measurement, Run, Status

# Reported by a workload that kept running: the end of the console adds nothing.
_ANSWERS = frozenset({"absent", "wrong"})

# The number of workloads that a line names.
_NAMES_MAX = 20


@dataclass(frozen=True)
class Reason:
    """Why workloads have no result on a kernel, and their names in run order. `boot` indexes the
    boot whose console has details."""

    kernel: str
    status: Status
    detail: str
    workloads: tuple[str, ...]
    boot: int | None = None

    def line(self) -> str:
        """One line, for a terminal."""
        words = f"{self.status}: {self.detail}" if self.detail else self.status
        if len(self.workloads) == 1:
            return f"{self.kernel} {self.workloads[0]}: {words}"
        more = len(self.workloads) - _NAMES_MAX
        named = ", ".join(self.workloads[:_NAMES_MAX]) + (f" and {more} more" if more > 0 else "")
        return f"{self.kernel}: {words}: {named}"


@dataclass(frozen=True)
class Failure:
    """One failure, with the end of the guest's console if it is relevant."""

    kernel: str
    what: str
    status: str
    detail: str
    last_lines: tuple[str, ...]


def reasons(measurements: Sequence[Measurement], by_boot: bool = False) -> tuple[Reason, ...]:
    """The reasons for missing results, in run order, those for absent features last.

    `by_boot` separates failures of different boots.
    """
    found: dict[tuple[str, Status, str, int | None], list[str]] = {}
    for m in measurements:
        if m.status != "ok":
            boot = m.boot if by_boot and m.status not in _ANSWERS else None
            found.setdefault((m.kernel, m.status, m.detail or "", boot), []).append(m.workload)
    gathered = [
        Reason(kernel, status, detail, tuple(stopped), boot)
        for (kernel, status, detail, boot), stopped in found.items()
    ]
    return tuple(sorted(gathered, key=lambda reason: reason.status == "absent"))


def failures(run: Run, names: Mapping[str, str]) -> tuple[Failure, ...]:
    """Workloads without a result, then boots that did not become ready. The end of each console is
    shown once. `names` are the kernels' names by id."""
    found = []
    told: set[int] = set()
    for reason in reasons(run.measurements, by_boot=True):
        index, boot = reason.boot, None
        if index is not None and index < len(run.boots) and index not in told:
            boot = run.boots[index]
            told.add(index)
        name = names.get(reason.kernel, reason.kernel)
        what = ", ".join(reason.workloads)
        found.append(_failure(name, what, reason.status, reason.detail, boot))
    for index, boot in enumerate(run.boots):
        if boot.ready_host_s is None and index not in told:
            name = names.get(boot.kernel, boot.kernel)
            found.append(_failure(name, "the boot itself", boot.outcome, "", boot))
    return tuple(found)


def _failure(kernel: str, what: str, status: str, detail: str, boot: BootRecord | None) -> Failure:
    said = (detail, boot.detail if boot else None)
    return Failure(
        kernel=text.plain(kernel),
        what=text.plain(what),
        status=text.plain(status),
        detail="; ".join(dict.fromkeys(text.plain(part) for part in said if part)),
        last_lines=tuple(text.plain_line(line) for line in boot.last_lines) if boot else (),
    )
