"""Kernels, described by their manifests, and workloads, found as built ELF files."""

from ringside.catalog.load import Catalog, find_root, load
from ringside.catalog.model import LEVELS, BootConfig, Kernel
from ringside.catalog.workloads import Workload, WorkloadSet, load_workloads

__all__ = [
    "LEVELS",
    "BootConfig",
    "Catalog",
    "Kernel",
    "Workload",
    "WorkloadSet",
    "find_root",
    "load",
    "load_workloads",
]
