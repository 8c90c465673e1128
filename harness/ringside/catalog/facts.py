"""Metadata of a workload or probe, which the build extracts from its source and writes next to it.

Lines of `key: text`. The keys are defined in workloads/include/bench.h and probe.h.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import CatalogError

# At most PARAM_MAX numbers (workloads/include/param.h).
_PARAMETER = re.compile(r"[0-9]{1,19}[km]?(x[0-9]{1,19}[km]?){0,3}")
COUNT_UNITS = ("bytes", "messages", "operations")
_UNITS = {"k": 1024, "m": 1024 * 1024}


@dataclass(frozen=True)
class WorkloadFacts:
    """Metadata of one workload or probe.

    op       one operation in words, or the question that a probe answers
    covers   the corresponding entries of other benchmark suites
    needs    probes that must work
    points   parameters of the rows of the table
    sweep    parameters of the points of a curve
    tasks    parameters of a scaling workload: the number of tasks
    counts   what the workload's rate counts, one of COUNT_UNITS; empty if it has none of interest
    axis     what the parameter is
    """

    op: str = ""
    covers: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    sweep: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    counts: str = ""
    axis: str = ""
    note: str = ""


def read_facts(path: Path) -> WorkloadFacts:
    """Read a facts file; without a file all fields are empty. Raises CatalogError."""
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        return WorkloadFacts()
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: can't be read: {error}") from error
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        key, colon, value = line.partition(": ")
        if not colon or key not in WorkloadFacts.__dataclass_fields__ or key in found:
            raise CatalogError(f"{path}:{number}: not a fact: {line[:60]!r}")
        found[key] = value.strip()
    for key in ("points", "sweep", "tasks"):
        for parameter in found.get(key, "").split():
            if not _PARAMETER.fullmatch(parameter):
                raise CatalogError(f"{path}: {key}: {parameter!r} is not a parameter")
    return WorkloadFacts(
        op=found.get("op", ""),
        covers=tuple(part.strip() for part in found.get("covers", "").split(";") if part.strip()),
        needs=tuple(found.get("needs", "").split()),
        points=tuple(found.get("points", "").split()),
        sweep=tuple(found.get("sweep", "").split()),
        tasks=tuple(found.get("tasks", "").split()),
        counts=_validate_counts(
            path, found.get("counts", "operations" if "tasks" in found else "")
        ),
        axis=found.get("axis", ""),
        note=found.get("note", ""),
    )


def _validate_counts(path: Path, what: str) -> str:
    if what and what not in COUNT_UNITS:
        raise CatalogError(f"{path}: counts: {what!r} is not one of {', '.join(COUNT_UNITS)}")
    return what


def parameter_values(parameter: str) -> tuple[int, ...]:
    """The numbers in a parameter: 8 and 16384 for `8x16k`. Raises CatalogError."""
    if not _PARAMETER.fullmatch(parameter):
        raise CatalogError(f"{parameter!r} is not a parameter")
    return tuple(int(part.rstrip("km")) * _UNITS.get(part[-1], 1) for part in parameter.split("x"))
