"""How far each kernel got in the runs that are kept."""

from __future__ import annotations

from ringside.catalog import RUNGS, Catalog
from ringside.catalog.model import Rung
from ringside.errors import StoreError
from ringside.report.page import rung_reached
from ringside.store import Run, find_run, load_run

_NEWEST = 10


def rungs_reached(catalog: Catalog, run: str | None) -> dict[str, Rung]:
    """The highest rung of each kernel in one run, or in the newest ones for None.

    A kernel that is in none of them is `listed`. Raises StoreError when the run that was named
    can't be read; of the newest ones, those that can't be read are passed over.
    """
    results = catalog.root / "results"
    runs = _newest(catalog) if run is None else (load_run(find_run(results, run)),)
    return {
        kernel.id: max(
            (rung_reached(kernel.id, r) for r in runs), key=RUNGS.index, default="listed"
        )
        for kernel in catalog.kernels
    }


def _newest(catalog: Catalog) -> tuple[Run, ...]:
    folders = sorted((catalog.root / "results" / "runs").glob("*/run.json"), reverse=True)
    runs = []
    for file in folders[:_NEWEST]:
        try:
            runs.append(load_run(file.parent))
        except StoreError:
            continue
    return tuple(runs)
