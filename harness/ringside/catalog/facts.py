"""What a workload's or probe's source says of itself, as the build left it beside the ELF.

Lines of `key: text`. The keys are those of workloads/include/bench.h and probe.h.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import CatalogError

# PARAM_MAX numbers at most, as workloads/include/param.h has them.
_PARAMETER = re.compile(r"[0-9]{1,19}[km]?(x[0-9]{1,19}[km]?){0,3}")
COUNTED = ("bytes", "messages", "operations")
_UNITS = {"k": 1024, "m": 1024 * 1024}


@dataclass(frozen=True)
class WorkloadFacts:
    """`op` is one operation in words, or what a probe asks; `answers` entries of other suites;
    `needs` probes that must work; `points` and `sweep` parameters; `axis` what these are; `tasks`
    the parameters of a scaling workload, which are numbers of tasks; `counts` what is counted by
    a workload of which the rate is of interest, one of COUNTED."""

    op: str = ""
    answers: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    sweep: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    counts: str = ""
    axis: str = ""
    note: str = ""


def read_facts(path: Path) -> WorkloadFacts:
    """Read a facts file; no file, no facts. Raises CatalogError for what is not one."""
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
        answers=tuple(part.strip() for part in found.get("answers", "").split(";") if part.strip()),
        needs=tuple(found.get("needs", "").split()),
        points=tuple(found.get("points", "").split()),
        sweep=tuple(found.get("sweep", "").split()),
        tasks=tuple(found.get("tasks", "").split()),
        counts=_counted(path, found.get("counts", "operations" if "tasks" in found else "")),
        axis=found.get("axis", ""),
        note=found.get("note", ""),
    )


def _counted(path: Path, what: str) -> str:
    if what and what not in COUNTED:
        raise CatalogError(f"{path}: counts: {what!r} is not one of {', '.join(COUNTED)}")
    return what


def parameter_values(parameter: str) -> tuple[int, ...]:
    """The numbers of a parameter: `8x16k` is 8 and 16384. Raises CatalogError."""
    if not _PARAMETER.fullmatch(parameter):
        raise CatalogError(f"{parameter!r} is not a parameter")
    return tuple(int(part.rstrip("km")) * _UNITS.get(part[-1], 1) for part in parameter.split("x"))
