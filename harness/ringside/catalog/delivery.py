"""How the workloads get into a guest: what a manifest says of it, one model a method.

`workloads = "<method>"` in `[boot]` picks a method that needs no more words; a table
`[boot.workloads]` with the key `method` picks one and says the rest. What is done about each
stands in `ringside.image.delivery`, in a module of the same name.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from ringside.catalog.strict import Strict


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
GuestPath = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_.-]+)+$")]


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
    init: tuple[GuestPath, ...] = ("/init",)


class ConsoleDelivery(Strict):
    """The programs are typed into a shell that the kernel starts on its console.

    `prompt` and `more` are regular expressions of what the shell shows, at the end of what it
    printed, when it wants a command and when it wants the rest of one. The shell must know `mkdir`,
    `chmod`, braces and redirection; `encoding` names the command that turns text into bytes: the
    shell's own `printf` or `echo -ne`, or `base64 -d`, alone or before `gunzip`. `checksum` is the
    command that proves each file, or "none". `folder` is made; `setup` are lines typed first.
    `start` runs the runner; `{folder}` in it is the folder. A line has at most `width` characters
    and must be answered in `answer_s` seconds of this host.
    """

    method: Literal["console"] = "console"
    prompt: Pattern
    # Behind the line's echo: there are shells that print it more often than they are asked.
    more: Pattern = r"\n(> )+\Z"
    folder: GuestPath = "/tmp/ringside"
    encoding: Literal["printf", "echo", "base64", "base64-gzip"] = "printf"
    checksum: Literal["sha256sum", "md5sum", "none"] = "sha256sum"
    setup: tuple[str, ...] = ()
    start: str = "exec {folder}/init root={folder}"
    width: int = Field(default=512, ge=80, le=4000)
    answer_s: float = Field(default=20.0, gt=0)


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


class DiskDelivery(Strict):
    """A disk with an ext2 on it that has what an initrd would have. `device` is QEMU's name of the
    controller's kind; which disk is the root the command line has to say."""

    method: Literal["disk"] = "disk"
    device: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")] = "virtio-blk-pci"


class EasyFsDelivery(Strict):
    """A disk with an easy-fs on it, where the runner is the first program."""

    method: Literal["easy-fs"] = "easy-fs"


class LinkedDelivery(Strict):
    """The image was built with the workloads' library in it, and gets a plan."""

    method: Literal["linked"] = "linked"


class TbfDelivery(Strict):
    """One program in TBF, loaded at `address` beside a kernel that runs without firmware."""

    method: Literal["tbf"] = "tbf"
    address: int = Field(ge=0, lt=1 << 32)


def _named(value: object) -> object:
    return {"method": value} if isinstance(value, str) else value


_Method = (
    NoDelivery
    | InitrdDelivery
    | ReplaceCpioDelivery
    | ConsoleDelivery
    | MultibootModuleDelivery
    | LoaderDelivery
    | DiskDelivery
    | EasyFsDelivery
    | LinkedDelivery
    | TbfDelivery
)

Delivery = Annotated[
    Annotated[_Method, Field(discriminator="method")],
    BeforeValidator(_named),
]
