"""How the workloads get into a guest: a module a method, each with

    deliver(how, cargo) -> Delivered        what QEMU and the session need; raises ImageError
    look(how, image, what) -> Facts         what the method makes of an image; raises ImageError
                                            with what is wrong; left out where any image will do

`how` is the method's model in `ringside.catalog.delivery` (left out where it says nothing). A new
method is a model there, a module here, and its lines in the two functions below.
"""

from __future__ import annotations

from typing import assert_never

from ringside.catalog.delivery import (
    ConsoleDelivery,
    Delivery,
    DiskDelivery,
    EasyFsDelivery,
    InitrdDelivery,
    LinkedDelivery,
    LoaderDelivery,
    MultibootModuleDelivery,
    NoDelivery,
    ReplaceCpioDelivery,
    TbfDelivery,
)
from ringside.errors import ImageError
from ringside.image.delivery import (
    console,
    disk,
    easy_fs,
    initrd,
    linked,
    loader,
    multiboot_module,
    replace_cpio,
    tbf,
)
from ringside.image.delivery.contract import Cargo, Delivered, Facts, Step

__all__ = ["Cargo", "Delivered", "Facts", "Step", "deliver", "look"]


def deliver(how: Delivery, cargo: Cargo) -> Delivered:
    """Make what carries `cargo` into the guest. Raises ImageError."""
    match how:
        case InitrdDelivery():
            return initrd.deliver(cargo)
        case LinkedDelivery():
            return linked.deliver(cargo)
        case NoDelivery():
            raise ImageError(f"{cargo.image.kernel} runs no workloads: its manifest says `none`")
        case ReplaceCpioDelivery():
            return replace_cpio.deliver(how, cargo)
        case MultibootModuleDelivery():
            return multiboot_module.deliver(how, cargo)
        case LoaderDelivery():
            return loader.deliver(how, cargo)
        case ConsoleDelivery():
            return console.deliver(how, cargo)
        case DiskDelivery():
            return disk.deliver(how, cargo)
        case EasyFsDelivery():
            return easy_fs.deliver(cargo)
        case TbfDelivery():
            return tbf.deliver(how, cargo)
        case _:
            assert_never(how)


def look(how: Delivery, image: bytes, what: str) -> Facts:
    """What the method makes of a kernel image that `what` names.

    Raises ImageError, with what to do, for an image that the method can't work with.
    """
    match how:
        case InitrdDelivery():
            return (("workloads", "by -initrd"),)
        case LinkedDelivery():
            return linked.look(image, what)
        case NoDelivery():
            return (("workloads", "none: it is only booted"),)
        case ReplaceCpioDelivery():
            return replace_cpio.look(image, what)
        case MultibootModuleDelivery():
            return multiboot_module.look(image, what)
        case LoaderDelivery():
            return loader.look(how, image, what)
        case ConsoleDelivery():
            return (("workloads", f"typed into its shell by {how.encoding}, into {how.folder}"),)
        case DiskDelivery():
            return (("workloads", f"on a disk of ext2, by {how.device}"),)
        case EasyFsDelivery():
            return (("workloads", "on a disk of easy-fs"),)
        case TbfDelivery():
            return (("workloads", f"one program, loaded at {how.address:#x}"),)
        case _:
            assert_never(how)
