"""Whether an image is something that its manifest's ways of booting can begin with."""

from __future__ import annotations

from pathlib import Path

from ringside.catalog.model import Boot, FileImage, Image
from ringside.errors import ImageError
from ringside.image.disk import check_bootable_disk, is_bootable_disk
from ringside.image.elf import check_bootable, identify
from ringside.image.multiboot import relabelled


def accept(boot: Boot | None, data: bytes, what: str) -> bytes:
    """The image as it will be looked at: with a header that QEMU takes, where a way gives it one.

    Raises ImageError, with what is wrong, when no way of `boot` can work with it.
    """
    forms = {way.image for way in boot.ways.values()} if boot is not None else set()
    if forms == {"disk"}:
        check_bootable_disk(data, what)
    if boot is not None and forms == {"firmware"}:
        found = identify(data, what, boot.arch)
        # Where it starts is its own loader's business; the processor is not.
        if not boot.arch.startswith(found.machine):
            raise ImageError(
                f"{what} can't be booted: it is an ELF for {found.machine}, not for {boot.arch}"
            )
        return data
    if "module" in forms:
        # Whether the loader can start it is for the way the workloads get in to say.
        return data
    if "disk" in forms and is_bootable_disk(data):
        return data
    if "multiboot64" in forms:
        data = relabelled(data)
    if boot is None:
        check_bootable(data, what)
    else:
        check_bootable(data, what, boot.memory_mib, boot.arch)
    return data


def check_beside(source: Image | None, path: Path) -> None:
    """Raise ImageError unless all that the manifest wants beside the image at `path` is there."""
    for name in source.beside if isinstance(source, FileImage) else ():
        if not (path.parent / name).is_file():
            raise ImageError(
                f"{path.name} can't be booted without {name} in the same directory, {path.parent}"
            )
