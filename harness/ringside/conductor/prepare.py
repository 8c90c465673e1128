"""Prepare a run: images, workloads and QEMU, before the first boot."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from ringside.catalog import BootConfig, Catalog, Kernel, Workload, WorkloadSet, load_workloads
from ringside.catalog.model import Arch, Boot, DebImage, MakeImage
from ringside.conductor.observer import Observer
from ringside.errors import CatalogError, ImageError
from ringside.image import KernelImage, boot_file, obtain
from ringside.image.make import make
from ringside.image.snapshot import snapshot_point
from ringside.machine import CLOCKS, Clock, ClockSpec, Qemu, find_qemu
from ringside.machine.newer import find_qemu_for_smp
from ringside.machine.version import version_tuple
from ringside.store.schema import Isolation

Profile = Literal["quick", "full"]


@dataclass(frozen=True)
class Request:
    """What the user requested. Empty `kernels`, `workloads` or `probes` selects all of them.

    `workloads` or `probes` None selects none. `sweep` selects the points of the curves instead of
    the rows of the table, `scaling` the scaling workloads. Workloads run in catalog order, or
    shuffled with the seed `shuffle`. `patience` multiplies the time limits.
    """

    clock: Clock = "exact"
    profile: Profile = "quick"
    kernels: tuple[str, ...] = ()
    workloads: tuple[str, ...] | None = ()
    sweep: bool = False
    scaling: bool = False
    probes: tuple[str, ...] | None = None
    isolation: Isolation = "child"
    shuffle: int | None = None
    way: str | None = None
    cpus: int = 1
    reference: str | None = None
    images: Mapping[str, Path] = field(default_factory=dict)
    patience: float = 1.0


@dataclass(frozen=True)
class Candidate:
    """One kernel, ready to boot."""

    kernel: Kernel
    boot: Boot
    way_name: str
    way: BootConfig
    image: KernelImage
    file: Path
    workload_set: WorkloadSet


@dataclass(frozen=True)
class Plan:
    """A prepared run. All candidates run the same `workloads` and `probes`.

    `left_out` has one line for each kernel that was skipped because its image is unavailable.
    """

    request: Request
    clock: ClockSpec
    qemu: Qemu
    root: Path
    cache: Path
    candidates: tuple[Candidate, ...]
    workloads: tuple[Workload, ...]
    probes: tuple[Workload, ...]
    reference: str | None
    left_out: tuple[str, ...] = ()

    @property
    def batches(self) -> tuple[tuple[Workload, ...], ...]:
        """Workloads by boot, or by copy of a saved guest; one that fails ends its batch early. The
        probes are the last batch."""
        order = list(self.workloads)
        order = list(self.workloads)
        if self.request.shuffle is not None:
            random.Random(self.request.shuffle).shuffle(order)
        separate = [(workload,) for workload in order]
        found: Sequence[tuple[Workload, ...]] = (
            [tuple(order)] if self.request.isolation == "child" else separate
        )
        return tuple(batch for batch in (*found, self.probes) if batch)


def prepare(catalog: Catalog, request: Request, observer: Observer) -> Plan:
    """Build, fetch and check everything. Raises a RingsideError for the first problem.

    A Debian kernel that is not requested by name and unavailable is left out.
    """
    _check_images(catalog, request.images)
    found = catalog.select(request.kernels, request.images)
    if not found:
        raise CatalogError("no kernel can run: `ringside kernels` lists all kernels")
    arch = _architecture(found, request)
    kernels = [kernel for kernel in found if _boot(kernel).arch == arch]
    for kernel in found:
        if kernel not in kernels:
            observer.preparing(
                f"skipping {kernel.name}: its architecture is {_boot(kernel).arch}, not {arch}"
            )
    reference = _reference(catalog, kernels, request.reference)
    qemu = _qemu(catalog.root, arch, request, observer)
    boots = [_boot(kernel).for_qemu(version_tuple(qemu)) for kernel in kernels]
    sets = _workload_sets(catalog.root, kernels, observer)
    # The names are the same for all ports, but ports for small systems lack some.
    largest = max(sets.values(), key=lambda found: (len(found.workloads), len(found.probes)))
    if request.isolation == "snapshot":
        for workload_set in sets.values():
            snapshot_point(workload_set.init)
    workloads = _select(
        request.workloads, partial(largest.select, sweep=request.sweep, scaling=request.scaling)
    )
    _check_cpus(workloads, request.cpus)
    cache = catalog.root / ".cache"
    candidates = []
    left_out = []
    for kernel, boot in zip(kernels, boots, strict=True):
        way_name = _boot_config(kernel, boot, request.way, request.cpus)
        try:
            image = _image(kernel, catalog.root, cache, request.images.get(kernel.id), observer)
        except ImageError as error:
            if not _is_optional(kernel, request):
                raise
            left_out.append(f"{kernel.name} was skipped: {error}")
            continue
        candidates.append(
            Candidate(
                kernel=kernel,
                boot=boot,
                way_name=way_name,
                way=boot.ways[way_name],
                image=image,
                file=boot_file(image, boot.ways[way_name], cache),
                workload_set=sets[kernel.port or ""],
            )
        )
    if not candidates:
        raise ImageError(left_out[0])
    return Plan(
        request=request,
        clock=CLOCKS[request.clock],
        qemu=qemu,
        root=catalog.root,
        cache=cache,
        candidates=tuple(candidates),
        workloads=workloads,
        probes=_select(request.probes, largest.select_probes),
        reference=reference if reference in {c.kernel.id for c in candidates} else None,
        left_out=tuple(left_out),
    )


def _architecture(kernels: Sequence[Kernel], request: Request) -> Arch:
    """The architecture of the kernels requested by name, else of the first kernel.

    Raises CatalogError if those have several, or the clock does not support it.
    """
    named = [k for k in kernels if k.id in request.kernels or k.id == request.reference]
    arches = sorted({_boot(kernel).arch for kernel in named})
    if len(arches) > 1:
        raise CatalogError(
            f"{' and '.join(arches)}: results of different architectures can't be compared: "
            f"select one with --kernels"
        )
    arch = _boot((named or kernels)[0]).arch
    if request.clock == "kvm" and arch != "x86_64":
        raise CatalogError(
            f"kvm runs guests of this host's architecture, not {arch}: --clock exact"
        )
    return arch


def _is_optional(kernel: Kernel, request: Request) -> bool:
    requested = request.kernels or kernel.id in request.images or kernel.id == request.reference
    return isinstance(kernel.image, DebImage) and not requested


def _select(
    patterns: tuple[str, ...] | None, select: Callable[[Sequence[str]], tuple[Workload, ...]]
) -> tuple[Workload, ...]:
    return () if patterns is None else select(patterns)


def _workload_sets(
    root: Path, kernels: Sequence[Kernel], observer: Observer
) -> dict[str, WorkloadSet]:
    ports = sorted({k.port or "" for k in kernels})
    build_workloads(root, ports, observer)
    return {port: load_workloads(root, port) for port in ports}


def build_workloads(root: Path, ports: Sequence[str], observer: Observer) -> None:
    """Build the ELFs of `ports`. Raises ImageError if they don't compile."""
    for port in ports:
        observer.preparing(f"building the workloads for {port}")
        make(root / "workloads", "all", root, f"PORT={port}")


def _image(
    kernel: Kernel, root: Path, cache: Path, user_image: Path | None, observer: Observer
) -> KernelImage:
    if user_image is None and isinstance(kernel.image, DebImage):
        getting = f"getting {kernel.name} from Debian {kernel.image.suite}"
        return obtain(kernel, root, cache, on_fetch=lambda: observer.preparing(getting))
    if user_image is None and isinstance(kernel.image, MakeImage):
        observer.preparing(f"building {kernel.name}")
    return obtain(kernel, root, cache, user_image=user_image)


def _boot(kernel: Kernel) -> Boot:
    if kernel.boot is None:
        raise CatalogError(f"kernel {kernel.id!r} has no boot section in its manifest")
    return kernel.boot


def _check_cpus(workloads: Sequence[Workload], cpus: int) -> None:
    for workload in workloads:
        if workload.facts.tasks and int(workload.name.rpartition("/")[2]) > cpus:
            raise CatalogError(f"{workload.name} needs one CPU per task: use --scaling or --cpus")


def _qemu(root: Path, arch: str, request: Request, observer: Observer) -> Qemu:
    if request.cpus == 1 or request.clock != "exact":
        return find_qemu(arch)
    observer.preparing("getting a QEMU that supports several CPUs in the exact clock")
    return find_qemu_for_smp(arch, root / ".cache")


def _boot_config(kernel: Kernel, boot: Boot, requested: str | None, cpus: int) -> str:
    """The name of the requested boot configuration, or else the first that supports `cpus` CPUs.

    A kernel with a single configuration ignores an unknown name. Raises CatalogError.
    """
    able = [name for name, way in boot.ways.items() if way.cpus >= cpus]
    if not able:
        most = max(way.cpus for way in boot.ways.values())
        raise CatalogError(
            f"{kernel.id} runs on {most} CPU{'s' if most > 1 else ''} at most: leave it out, or "
            f"use --cpus {most}"
        )
    if requested in able:
        return requested
    if requested in boot.ways:
        raise CatalogError(f"{kernel.id} booted {requested!r} uses {boot.ways[requested].cpus} CPU")
    if requested is None or len(boot.ways) == 1:
        return able[0]
    raise CatalogError(f"{kernel.id} can't boot {requested!r}: it has {', '.join(boot.ways)}")


def _check_images(catalog: Catalog, images: Mapping[str, Path]) -> None:
    for kernel_id in images:
        catalog.kernel(kernel_id)


def _reference(catalog: Catalog, kernels: Sequence[Kernel], requested: str | None) -> str | None:
    if requested is not None:
        kernel = catalog.kernel(requested)
        if kernel not in kernels:
            raise CatalogError(f"--reference {requested}: not one of the kernels of this run")
        return requested
    return next((k.id for k in kernels if k.role == "reference"), None)
