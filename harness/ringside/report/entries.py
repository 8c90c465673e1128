"""Entries of well-known benchmark suites: the workloads that cover them, or why there are none.

Entries and reasons are in docs/entries.toml; the sources of workloads name the entries they cover.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ringside.errors import ReportError

# What a workload says behind an entry that it doesn't quite measure.
NEAR = " (approximate)"


@dataclass(frozen=True, order=True)
class Entry:
    """An entry by its name in its suite."""

    suite: str
    name: str


@dataclass(frozen=True)
class Reason:
    """Why these entries are not covered by a workload."""

    entries: tuple[Entry, ...]
    why: str


@dataclass(frozen=True)
class Known:
    """All entries and reasons, in the order of the file."""

    entries: tuple[Entry, ...]
    reasons: tuple[Reason, ...]

    @property
    def suites(self) -> tuple[str, ...]:
        """The suites, in the order of the file."""
        return tuple(dict.fromkeys(entry.suite for entry in self.entries))


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    suites: dict[str, tuple[str, ...]]
    reasons: tuple[dict[str, tuple[str, ...] | str], ...]


def load(path: Path) -> Known:
    """Load docs/entries.toml. Raises ReportError."""
    try:
        found = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}") from error
    except (ValueError, ValidationError) as error:
        raise ReportError(f"{path}: {error}") from error
    entries = tuple(Entry(suite, name) for suite, names in found.suites.items() for name in names)
    reasons = tuple(_reason(path, raw) for raw in found.reasons)
    for entry in (entry for reason in reasons for entry in reason.entries):
        if entry not in entries:
            raise ReportError(f"{path}: a reason names {entry.suite} {entry.name}, no entry")
    return Known(entries, reasons)


def _reason(path: Path, raw: Mapping[str, tuple[str, ...] | str]) -> Reason:
    why = raw.get("why")
    if not isinstance(why, str):
        raise ReportError(f"{path}: a reason needs a `why`")
    entries = tuple(
        Entry(suite, name)
        for suite, names in raw.items()
        if not isinstance(names, str)
        for name in names
    )
    return Reason(entries, why)


def entry_of(answer: str, suites: Sequence[str]) -> Entry:
    """The entry that a workload's `answer` names, exactly or approximately."""
    suite = next((name for name in suites if answer.startswith(f"{name} ")), "")
    return Entry(suite, answer.removeprefix(suite).removesuffix(NEAR).strip())


def complaints(known: Known, answers: Iterable[str]) -> tuple[str, ...]:
    """Inconsistencies: unknown entries, and entries that are neither or both covered and
    explained."""
    told = {entry_of(a, known.suites): None for a in answers if not a.endswith(NEAR)}
    near = {entry_of(a, known.suites): None for a in answers if a.endswith(NEAR)}
    reasoned = {entry for reason in known.reasons for entry in reason.entries}
    return (
        *(f"{e.suite} {e.name}: no such entry" for e in {**told, **near} if e not in known.entries),
        *(
            f"{e.suite} {e.name}: neither covered nor explained"
            for e in known.entries
            if e not in told and e not in near and e not in reasoned
        ),
        *(f"{e.suite} {e.name}: covered and explained" for e in told if e in reasoned),
    )
