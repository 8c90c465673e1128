"""Support levels and probe results of the kernels, from stored runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ringside.catalog import LEVELS, Catalog
from ringside.catalog.model import Level
from ringside.errors import StoreError
from ringside.report.page import level_reached
from ringside.report.probes import Shares, shares
from ringside.store import Run, find_run, load_run, newest_runs
from ringside.store.boots import BootFolder
from ringside.store.schema import ProbeAnswer

_NEWEST = 50


def levels_reached(catalog: Catalog, run: str | None) -> dict[str, Level]:
    """The highest level of each kernel in one run; for None, in the newest runs and stored boots.

    A kernel without any is `listed`. Raises StoreError if a named run can't be read; unreadable
    ones of the newest runs are skipped.
    """
    results = catalog.root / "results"
    runs = _newest(catalog) if run is None else iter((load_run(find_run(results, run)),))
    reached: dict[str, Level] = {kernel.id: LEVELS[0] for kernel in catalog.kernels}
    for kernel_id in reached if run is None else ():
        reached[kernel_id] = _alone(BootFolder(results), kernel_id)
    runnable = [kernel for kernel in catalog.kernels if kernel.runnable]
    for kept in runs:
        for kernel_id, level in reached.items():
            reached[kernel_id] = max(level, level_reached(kernel_id, kept), key=LEVELS.index)
        if all(LEVELS.index(reached[k.id]) >= LEVELS.index(k.target) for k in runnable):
            break
    # Limited by the target: kernels that share a linked library are ported, not `same-bytes`.
    return {k.id: min(reached[k.id], k.target, key=LEVELS.index) for k in catalog.kernels}


def probes_answered(catalog: Catalog, run: str | None) -> dict[str, Shares]:
    """The shares of working probes by family, for each kernel in one run; for None, in the newest
    run with most probes of the kernel. A kernel whose ABI supports no probe is left out.

    Raises StoreError if a named run can't be read.
    """
    results = catalog.root / "results"
    runs = _newest(catalog) if run is None else iter((load_run(find_run(results, run)),))
    most: dict[str, list[ProbeAnswer]] = {}
    for kept in runs:
        answers: dict[str, list[ProbeAnswer]] = {}
        for answer in kept.probes:
            answers.setdefault(answer.kernel, []).append(answer)
        for kernel, found in answers.items():
            if len(found) > len(most.get(kernel, ())):
                most[kernel] = found
    return {
        kernel.id: shares(most[kernel.id])
        for kernel in catalog.kernels
        if any(answer.answer not in ("absent", "skipped") for answer in most.get(kernel.id, ()))
    }


def _alone(boots: BootFolder, kernel_id: str) -> Level:
    """The level of a kernel without workloads. `observed` is higher than `boots`, also if the
    kernel did not report that it is up."""
    with contextlib.suppress(StoreError):
        if boots.load_observed(kernel_id) is not None:
            return "observed"
    with contextlib.suppress(StoreError):
        bare = boots.load(kernel_id)
        if bare is not None and bare.boot.ready_host_s is not None:
            return "boots"
    return LEVELS[0]


def _newest(catalog: Catalog) -> Iterator[Run]:
    """The newest readable runs, newest first."""
    for folder in newest_runs(catalog.root / "results", _NEWEST):
        with contextlib.suppress(StoreError):
            yield load_run(folder)
