"""How the workloads get into a guest: what a manifest says of it, one model a method.

`workloads = "<method>"` in `[boot]` picks a method that needs no more words; a table
`[boot.workloads]` with the key `method` picks one and says the rest. What is done about each
stands in `ringside.image.delivery`, in a module of the same name.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ringside.catalog.strict import Strict


class NoDelivery(Strict):
    """The kernel is only booted, until it prints `console.ready`."""

    method: Literal["none"] = "none"


class InitrdDelivery(Strict):
    """QEMU's -initrd hands over one cpio archive."""

    method: Literal["initrd"] = "initrd"


class ReplaceCpioDelivery(Strict):
    """Our cpio archive goes where the kernel image has its own, uncompressed and not smaller.

    `init` are the paths of the program that the kernel starts: the runner is put there.
    """

    method: Literal["replace-cpio"] = "replace-cpio"
    init: tuple[Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_.-]+)+$")], ...] = ("/init",)


def _named(value: object) -> object:
    return {"method": value} if isinstance(value, str) else value


Delivery = Annotated[
    Annotated[NoDelivery | InitrdDelivery | ReplaceCpioDelivery, Field(discriminator="method")],
    BeforeValidator(_named),
]
