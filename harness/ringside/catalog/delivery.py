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


class MultibootModuleDelivery(Strict):
    """The one program is a multiboot module. `words` stand behind its name on its line, where a
    kernel's boot script is, as a boot loader's configuration would have them."""

    method: Literal["multiboot-module"] = "multiboot-module"
    words: tuple[Annotated[str, Field(pattern=r"^[!-+\-.-~]+$")], ...] = ()


_ADDRESS = Field(pattern=r"^0x[0-9a-f]{1,16}$")


class LoaderDelivery(Strict):
    """A loader that the port builds is started in the kernel's place, and finds the kernel and the
    one program as multiboot modules.

    It maps the kernel's ELF file as it lies, from `kernel_at` on, and hands on the program as it
    lies in memory from `program_at` on.
    """

    method: Literal["loader"] = "loader"
    kernel_at: Annotated[str, _ADDRESS]
    program_at: Annotated[str, _ADDRESS]


def _named(value: object) -> object:
    return {"method": value} if isinstance(value, str) else value


Delivery = Annotated[
    Annotated[
        NoDelivery
        | InitrdDelivery
        | ReplaceCpioDelivery
        | MultibootModuleDelivery
        | LoaderDelivery,
        Field(discriminator="method"),
    ],
    BeforeValidator(_named),
]
