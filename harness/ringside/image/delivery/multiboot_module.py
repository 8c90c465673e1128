"""Deliver the program as a multiboot module, which QEMU's -initrd passes like a boot loader."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ringside.catalog.delivery import MultibootModuleDelivery
from ringside.errors import ImageError
from ringside.image.delivery.types import Delivered, Facts, Payload
from ringside.image.files import write_atomic
from ringside.image.mono import embed_plan
from ringside.image.multiboot import find_headers

# Length to which module paths are padded; longer than any real path.
_PATH_LENGTH = 240


def deliver(config: MultibootModuleDelivery, payload: Payload) -> Delivered:
    """Raises ImageError if the program can't be created, or its path is one that QEMU rejects."""
    program = program_with_plan(payload)
    sha256 = hashlib.sha256(program).hexdigest()
    path = payload.cache / "programs" / f"{sha256}.elf"
    if not path.is_file():
        write_atomic(path, program)
    words = " ".join((module(path), *config.words))
    return Delivered(kernel=payload.file, sha256=sha256, options=("-initrd", words))


def describe(image: bytes, what: str) -> Facts:
    """Raises ImageError for a kernel without a multiboot header, which gets no modules."""
    if not find_headers(image).v1:
        raise ImageError(f"{what} has no multiboot header, so it can't receive a module")
    return (("workloads", "one program, as a multiboot module"),)


def program_with_plan(payload: Payload) -> bytes:
    """The port's program with the plan written into it. Raises ImageError."""
    workloads = payload.workloads
    if not workloads.one_program:
        raise ImageError(
            f"{payload.image.kernel}: port {workloads.port} is built as separate programs, but a "
            f"module must be a single one: set `port_form := mono` in its port.mk"
        )
    try:
        program = workloads.init.read_bytes()
    except OSError as error:
        raise ImageError(f"{workloads.init}: can't be read: {error.strerror}") from error
    return embed_plan(program, payload.plan, payload.profile, workloads.init.name)


def module(path: Path) -> str:
    """`path` as a module argument of QEMU's -initrd. Raises ImageError if it contains a space.

    The guest sees the path, so it is padded with slashes to a fixed length: the instructions that
    a boot takes must not depend on the location of the checkout.
    """
    text = str(path.absolute())
    if " " in text:
        raise ImageError(f"{text}: QEMU does not support spaces in a module's path: move it")
    return text.rjust(_PATH_LENGTH, "/").replace(",", ",,")
