"""Models of how a manifest delivers the workloads to the guest, one per method.

`workloads = "<method>"` in `[boot]` selects a method without options; a table `[boot.workloads]`
with the key `method` selects one and sets its options. Each method is implemented by the module of
the same name in `ringside.image.delivery`.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from ringside.catalog.strict import Strict


def _validate_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_validate_pattern)]
GuestPath = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_.-]+)+$")]


class NoDelivery(Strict):
    """No workloads: the kernel is booted until it prints `console.ready`."""

    method: Literal["none"] = "none"


class InitrdDelivery(Strict):
    """A cpio archive passed with QEMU's -initrd."""

    method: Literal["initrd"] = "initrd"


class ReplaceCpioDelivery(Strict):
    """A cpio archive that overwrites the one embedded in the kernel image.

    The embedded archive must be uncompressed and at least as large. The runner is installed at each
    path of `init`, the programs that the kernel starts.
    """

    method: Literal["replace-cpio"] = "replace-cpio"
    init: tuple[GuestPath, ...] = ("/init",)


class ConsoleDelivery(Strict):
    """Programs typed into a shell that the kernel starts on its console.

    `prompt` and `more` are regular expressions, matched at the end of the output, for the shell's
    primary and continuation prompts. The shell must support `mkdir`, `chmod`, braces and
    redirection. `encoding` is the command that decodes text to bytes: the shell's own `printf` or
    `echo -ne`, or `base64 -d`, optionally piped into `gunzip`. `checksum` is the command that
    verifies each file, or "none".

    `folder` is created first and `setup` lines are typed before anything else; `start` runs the
    runner, with `{folder}` replaced by the folder. A line has at most `width` characters and must
    be answered within `answer_s` host seconds.
    """

    method: Literal["console"] = "console"
    prompt: Pattern
    # Requires the newline of the echoed line: some shells print the prompt more than once.
    more: Pattern = r"\n(> )+\Z"
    folder: GuestPath = "/tmp/ringside"
    encoding: Literal["printf", "echo", "base64", "base64-gzip"] = "printf"
    checksum: Literal["sha256sum", "md5sum", "none"] = "sha256sum"
    setup: tuple[str, ...] = ()
    start: str = "exec {folder}/init root={folder}"
    width: int = Field(default=512, ge=80, le=4000)
    answer_s: float = Field(default=20.0, gt=0)


class MultibootModuleDelivery(Strict):
    """A program with all workloads, passed as a multiboot module.

    `words` are appended to the module's command line, where some kernels look for a boot script.
    """

    method: Literal["multiboot-module"] = "multiboot-module"
    words: tuple[Annotated[str, Field(pattern=r"^[!-+\-.-~]+$")], ...] = ()


_ADDRESS = Field(pattern=r"^0x[0-9a-f]{1,16}$")


class LoaderDelivery(Strict):
    """A boot loader built by the port, which gets the kernel and the program as multiboot modules.

    The loader maps the kernel's ELF file unchanged at `kernel_at` and passes on the program as a
    flat memory image for `program_at`. Both are virtual addresses.
    """

    method: Literal["loader"] = "loader"
    kernel_at: Annotated[str, _ADDRESS]
    program_at: Annotated[str, _ADDRESS]


class DiskDelivery(Strict):
    """A disk with an ext2 file system that holds what an initrd would hold.

    `device` is QEMU's name of the disk's device model. The kernel command line must name the disk
    as the root file system.
    """

    method: Literal["disk"] = "disk"
    device: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")] = "virtio-blk-pci"


class EasyFsDelivery(Strict):
    """A disk with an easy-fs file system, with the runner as the first program."""

    method: Literal["easy-fs"] = "easy-fs"


class LinkedDelivery(Strict):
    """Workloads linked into the kernel image; the plan is written into a copy of the image."""

    method: Literal["linked"] = "linked"


class TbfDelivery(Strict):
    """A program in TBF, loaded at `address`, for a kernel that runs as firmware."""

    method: Literal["tbf"] = "tbf"
    address: int = Field(ge=0, lt=1 << 32)


def _from_name(value: object) -> object:
    """Expand the short form, a method's name, to a table."""
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
    BeforeValidator(_from_name),
]
