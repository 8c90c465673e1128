"""Boot a kernel without workloads until it reports that it is up."""

from __future__ import annotations

from pathlib import Path

from ringside.catalog import Catalog, Kernel
from ringside.catalog.load import missing_key
from ringside.conductor.boot import explain, not_started, relative_paths, rounded
from ringside.conductor.spec import console_of, machine_spec
from ringside.errors import CatalogError, MachineError
from ringside.image import KernelImage, boot_file, obtain
from ringside.image.files import sha256_file
from ringside.machine import CLOCKS, QemuMachine, build_argv, find_qemu
from ringside.machine.argv import cpu_model
from ringside.machine.version import version_tuple
from ringside.session import Ending, Limits, Outcome, ReadyText, run_session
from ringside.store.boots import BootFolder, BootOnlyResult
from ringside.store.schema import BootRecord, Clock, ImageRecord


async def boot_without_workloads(
    catalog: Catalog,
    kernel: Kernel,
    clock: Clock,
    way_name: str | None = None,
    user_image: Path | None = None,
    patience: float = 1.0,
) -> BootOnlyResult:
    """Boot `kernel` until its ready text or its end; stores and returns the result.

    Raises CatalogError if the manifest does not allow it or has no such boot configuration,
    ImageError if the image is unavailable, and MachineError without a suitable QEMU.
    """
    boot = kernel.boot
    if boot is None or not kernel.bootable or kernel.console.ready is None:
        missing = missing_key(kernel)
        why = f"lacks {missing}" if missing else f"`ringside compare --kernels {kernel.id}` runs it"
        raise CatalogError(f"{kernel.id} can't be booted without workloads: {why}")
    name = way_name or next(iter(boot.ways))
    if name not in boot.ways:
        raise CatalogError(f"{kernel.id} can't boot {name!r}: it has {', '.join(boot.ways)}")
    cache = catalog.root / ".cache"
    image = obtain(kernel, catalog.root, cache, user_image=user_image)
    file = boot_file(image, boot.ways[name], cache)
    qemu = find_qemu(boot.arch)
    boot = boot.for_qemu(version_tuple(qemu))
    spec = machine_spec(kernel.console, boot, boot.ways[name], file)
    machine = QemuMachine(lambda fd: build_argv(spec, CLOCKS[clock], qemu.binary, fd))
    limits = Limits(
        boot_s=kernel.deadlines.boot_host_s * patience,
        silence_s=kernel.deadlines.silence_host_s * patience,
        guest_s=kernel.deadlines.guest_s,
        shutdown_s=0.0,
    )
    folder = BootFolder(catalog.root / "results")
    sink = ReadyText(kernel.console.ready)
    with folder.console(kernel.id) as (log, write):

        def keep(data: bytes) -> None:
            write(data)

        try:
            async with machine:
                ending = await run_session(
                    console_of(machine, kernel.console), sink, limits, kernel.console.panic, keep
                )
        except MachineError as error:
            ending = not_started(Outcome.DIED, str(error))
    result = BootOnlyResult(
        clock=clock,
        qemu_version=qemu.full_version,
        cpu_model=cpu_model(boot.cpu, CLOCKS[clock]),
        machine=boot.machine,
        memory_mib=boot.memory_mib,
        image=_image_record(image, catalog.root),
        boot=_record(kernel, name, file, relative_paths(machine.argv, catalog.root), log, ending),
    )
    folder.keep(result)
    return result


def _record(
    kernel: Kernel, way: str, file: Path, argv: tuple[str, ...], log: str, ending: Ending
) -> BootRecord:
    assert kernel.boot is not None
    finished = ending.outcome is Outcome.FINISHED
    return BootRecord(
        kernel=kernel.id,
        way=way,
        argv=argv,
        cmdline=kernel.boot.ways[way].cmdline,
        kernel_sha256=sha256_file(file),
        initrd_sha256="",
        console=log,
        outcome=ending.outcome.value,
        ready_host_s=rounded(ending.ready_s),
        end_host_s=rounded(ending.end_s),
        # A guest that is up is stopped by us; that needs no explanation.
        detail=None if finished else explain(ending, file),
        last_lines=ending.last_lines,
    )


def _image_record(image: KernelImage, root: Path) -> ImageRecord:
    path = image.path
    return ImageRecord(
        kernel=image.kernel,
        path=str(path.relative_to(root) if path.is_relative_to(root) else path),
        sha256=image.sha256,
        version=image.version,
        package=image.package,
        package_sha256=image.package_sha256,
        suite=image.suite,
        proven=dict(image.proven),
    )
