"""Check that an image can be booted in one of the configurations of its manifest."""

from __future__ import annotations

from pathlib import Path

from ringside.catalog.model import Boot, FileImage, Image
from ringside.errors import ImageError
from ringside.image.disk import check_bootable_disk, is_bootable_disk
from ringside.image.elf import check_bootable, identify
from ringside.image.multiboot import relabel_as_i386


def check_image(boot: Boot | None, data: bytes, what: str) -> bytes:
    """The image with a header that QEMU accepts, if a boot configuration replaces the header.

    Raises ImageError if the image can't be booted in any configuration of `boot`.
    """
    forms = {way.image for way in boot.ways.values()} if boot is not None else set()
    if forms == {"disk"}:
        check_bootable_disk(data, what)
    if boot is not None and forms == {"firmware"}:
        found = identify(data, what, boot.arch)
        # The boot loader on the disk knows the load address; only the architecture matters.
        if not boot.arch.startswith(found.machine):
            raise ImageError(
                f"{what} can't be booted: it is an ELF for {found.machine}, not for {boot.arch}"
            )
        return data
    if "module" in forms:
        # The delivery method checks whether its loader can start the image.
        return data
    if "disk" in forms and is_bootable_disk(data):
        return data
    if "multiboot64" in forms:
        data = relabel_as_i386(data)
    if boot is None:
        check_bootable(data, what)
    else:
        check_bootable(data, what, boot.memory_mib, boot.arch)
    return data


def check_companion_files(source: Image | None, path: Path) -> None:
    """Raise ImageError unless all `beside` files of the manifest exist next to the image."""
    for name in source.beside if isinstance(source, FileImage) else ():
        if not (path.parent / name).is_file():
            raise ImageError(
                f"{path.name} can't be booted without {name} in the same directory, {path.parent}"
            )
