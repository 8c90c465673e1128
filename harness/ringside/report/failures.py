"""What gave no number, gathered by reason: a kernel that lacks one call is told of once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ringside.report import text
from ringside.store.schema import BootRecord, Measurement, Run, Status

# An answer of a workload that lived to give it: the end of the console has nothing to add.
_ANSWERS = frozenset({"absent", "wrong"})

_NAMED = 20
"""Workloads that one line names."""


@dataclass(frozen=True)
class Reason:
    """One kernel's reason to give no number, and the workloads that it stopped, as they ran."""

    kernel: str
    status: Status
    detail: str
    workloads: tuple[str, ...]
    boot: int | None = None
    """The boot of the run that stopped them, where its last words say more."""

    def line(self) -> str:
        """In one line, for a terminal."""
        words = f"{self.status}: {self.detail}" if self.detail else self.status
        if len(self.workloads) == 1:
            return f"{self.kernel} {self.workloads[0]}: {words}"
        more = len(self.workloads) - _NAMED
        named = ", ".join(self.workloads[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        return f"{self.kernel}: {words}: {named}"


@dataclass(frozen=True)
class Failure:
    """One thing that did not work, and the guest's last words where they were kept."""

    kernel: str
    what: str
    status: str
    detail: str
    last_lines: tuple[str, ...]


def reasons(measurements: Sequence[Measurement], by_boot: bool = False) -> tuple[Reason, ...]:
    """Why workloads gave no number, in their order; what a kernel lacks by its own word is last.

    `by_boot` keeps apart what happened in different boots, but for answers.
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
    """Workloads that gave no number, then boots that never became ready; last words once each.

    `names` are the kernels' names by id.
    """
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
