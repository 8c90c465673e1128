"""What there is to compare: kernels (from their manifests) and workloads (from their ELFs)."""

from ringside.catalog.load import Catalog, find_root, load
from ringside.catalog.model import LEVELS, Kernel, Way
from ringside.catalog.workloads import Workload, WorkloadSet, load_workloads

__all__ = [
    "LEVELS",
    "Catalog",
    "Kernel",
    "Way",
    "Workload",
    "WorkloadSet",
    "find_root",
    "load",
    "load_workloads",
]
