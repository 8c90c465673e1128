"""Deliver the workloads to a guest. Each method is a module with

    deliver(config, payload) -> Delivered     what QEMU and the session need; raises ImageError
    describe(config, image, what) -> Facts     what the method does with a kernel image; raises
                                              ImageError if it can't use it; absent if it takes any

`config` is the method's model in `ringside.catalog.delivery`, omitted if it has no options. A new
method needs a model there, a module here, and a case in both functions below.
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
from ringside.image.delivery.types import Delivered, Facts, Payload, Step

__all__ = ["Delivered", "Facts", "Payload", "Step", "deliver", "look"]


def deliver(config: Delivery, payload: Payload) -> Delivered:
    """Prepare the delivery of `payload` to the guest. Raises ImageError."""
    match config:
        case InitrdDelivery():
            return initrd.deliver(payload)
        case LinkedDelivery():
            return linked.deliver(payload)
        case NoDelivery():
            raise ImageError(f"{payload.image.kernel} runs no workloads: its manifest says `none`")
        case ReplaceCpioDelivery():
            return replace_cpio.deliver(config, payload)
        case MultibootModuleDelivery():
            return multiboot_module.deliver(config, payload)
        case LoaderDelivery():
            return loader.deliver(config, payload)
        case ConsoleDelivery():
            return console.deliver(config, payload)
        case DiskDelivery():
            return disk.deliver(config, payload)
        case EasyFsDelivery():
            return easy_fs.deliver(payload)
        case TbfDelivery():
            return tbf.deliver(config, payload)
        case _:
            assert_never(config)


def describe(config: Delivery, image: bytes, what: str) -> Facts:
    """Describe what the method does with a kernel image, which `what` names in errors.

    Raises ImageError if the method can't use the image.
    """
    match config:
        case InitrdDelivery():
            return (("workloads", "by -initrd"),)
        case LinkedDelivery():
            return linked.describe(image, what)
        case NoDelivery():
            return (("workloads", "none: it is only booted"),)
        case ReplaceCpioDelivery():
            return replace_cpio.describe(image, what)
        case MultibootModuleDelivery():
            return multiboot_module.describe(image, what)
        case LoaderDelivery():
            return loader.describe(config, image, what)
        case ConsoleDelivery():
            return console.describe(config)
        case DiskDelivery():
            return (("workloads", f"on a disk of ext2, by {config.device}"),)
        case EasyFsDelivery():
            return (("workloads", "on a disk of easy-fs"),)
        case TbfDelivery():
            return (("workloads", f"one program, loaded at {config.address:#x}"),)
        case _:
            assert_never(config)
