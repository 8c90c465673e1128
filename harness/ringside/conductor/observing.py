"""Boot an unmodified kernel under the plugin and record its entry points.

A kernel that runs workloads boots with the runner, which reports when it is ready and done. Any
other kernel boots alone and is observed for a limited time.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ringside.catalog import Catalog, Kernel
from ringside.catalog.delivery import NoDelivery
from ringside.catalog.model import Arch, Boot, BootConfig
from ringside.conductor.cpus import host_cpus
from ringside.conductor.explaining import with_plugin_support
from ringside.conductor.observer import Observer
from ringside.conductor.prepare import Plan, Request, prepare
from ringside.conductor.spec import machine_spec
from ringside.conductor.watch import PluginSetup, WatchedBoot, build_plugin, watch, watch_workloads
from ringside.errors import ImageError, ProfileError
from ringside.image import KernelImage, boot_file, obtain
from ringside.image.disk import is_bootable_disk
from ringside.machine import CLOCKS, MachineSpec
from ringside.machine.newer import find_qemu_for_plugins
from ringside.machine.version import version_tuple
from ringside.profile import BootView
from ringside.session import Limits, Outcome
from ringside.store.boots import BootFolder, ObservedBoot

# The machine for an image whose manifest names none.
_ARCH: Arch = "x86_64"
_MACHINE = "pc"
_MEMORY_MIB = 512


@dataclass(frozen=True)
class Observed:
    """What was observed of a boot, the QEMU used, and descriptions of the boot and its end."""

    kernel: str
    qemu_version: str
    image_sha256: str
    what: str
    ending: str
    view: BootView


class _IgnoringSink:
    """A sink for a guest without a runner: every line is text, and it is never ready."""

    ready = sampled = done = False
    progress = 0

    def feed(self, line: bytes) -> bool:
        """Ignore the line."""
        return True


def observe_with_runner(catalog: Catalog, request: Request, observer: Observer) -> Observed:
    """Observe the request's kernel with the runner and the request's workloads."""
    plan = prepare(catalog, request, observer)
    observer.preparing("getting a QEMU with plugin support")
    plan = with_plugin_support(plan)
    candidate = plan.candidates[0]
    observer.preparing(f"observing {candidate.kernel.id}")
    watched = asyncio.run(_with_runner(plan))
    return Observed(
        kernel=candidate.kernel.id,
        qemu_version=plan.qemu.full_version,
        image_sha256=candidate.image.sha256,
        what=f"{candidate.kernel.name} {candidate.image.version}, booted {candidate.way_name}",
        ending="the runner finished",
        view=_view(watched),
    )


async def _with_runner(plan: Plan) -> WatchedBoot:
    plugin = build_plugin(plan.root, plan.candidates[0].boot.arch)
    with tempfile.TemporaryDirectory(prefix="ringside-") as folder:
        setup = PluginSetup(plugin, Path(folder), "boot", host_cpus()[0])
        candidate = plan.candidates[0]
        watched, _ = await watch_workloads(plan, candidate, plan.workloads, setup, profile=False)
    return watched


def observe_alone(
    catalog: Catalog, kernel: Kernel, image: Path | None, seconds: float, observer: Observer
) -> Observed:
    """Observe an image without the runner, for at most `seconds` of host time."""
    cache = catalog.root / ".cache"
    observer.preparing("getting a QEMU with plugin support")
    arch = kernel.boot.arch if kernel.boot else _ARCH
    qemu = find_qemu_for_plugins(arch, cache)
    plugin = build_plugin(catalog.root, arch)
    if kernel.boot is not None:
        boot = kernel.boot.for_qemu(version_tuple(qemu))
        kernel = kernel.model_copy(update={"boot": boot})
    found, spec = _spec(catalog, kernel, image, cache)
    observer.preparing(f"observing {kernel.id} for at most {seconds:g} s")

    async def run() -> WatchedBoot:
        with tempfile.TemporaryDirectory(prefix="ringside-") as folder:
            return await watch(
                spec,
                CLOCKS["exact"],
                qemu,
                PluginSetup(plugin, Path(folder), "boot", host_cpus()[0]),
                sink=_IgnoringSink(),
                limits=Limits(boot_s=seconds, silence_s=seconds, guest_s=float("inf")),
                panic=kernel.console.panic,
                profile=False,
            )

    watched = asyncio.run(run())
    timed_out = watched.ending.outcome in (Outcome.HUNG, Outcome.SILENT)
    return Observed(
        kernel=kernel.id,
        qemu_version=qemu.full_version,
        image_sha256=found.sha256,
        what=f"{kernel.name}, {image.name if image else 'its own image'}, alone",
        ending=f"{seconds:g} s passed" if timed_out else watched.ending.detail,
        view=_view(watched),
    )


def _spec(
    catalog: Catalog, kernel: Kernel, image: Path | None, cache: Path
) -> tuple[KernelImage, MachineSpec]:
    boot = kernel.boot
    if boot is None:
        # Nothing is known about the kernel: accept a disk image as well.
        way = BootConfig(image="disk" if image is not None and _is_disk(image) else "kernel")
        boot = Boot(
            arch=_ARCH,
            machine=_MACHINE,
            memory_mib=_MEMORY_MIB,
            workloads=NoDelivery(),
            ways={way.image: way},
        )
        kernel = kernel.model_copy(update={"boot": boot})
    way = next(iter(boot.ways.values()))
    found = obtain(kernel, catalog.root, cache, user_image=image)
    return found, machine_spec(kernel.console, boot, way, boot_file(found, way, cache))


def _is_disk(image: Path) -> bool:
    try:
        return is_bootable_disk(image.read_bytes())
    except OSError as error:
        raise ImageError(f"{image}: can't be read: {error.strerror}") from error


def _view(watched: WatchedBoot) -> BootView:
    if watched.log.boot is None:
        raise ProfileError("QEMU was killed before the plugin wrote its results")
    return watched.log.boot


def keep(catalog: Catalog, observed: Observed) -> Path:
    """Store the observation, replacing the kernel's previous one. Raises StoreError."""
    boot = ObservedBoot(
        kernel=observed.kernel,
        qemu_version=observed.qemu_version,
        image_sha256=observed.image_sha256,
        ending=observed.ending,
        view=observed.view.model_dump(mode="json"),
    )
    return BootFolder(catalog.root / "results").keep_observed(boot)
