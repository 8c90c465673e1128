"""The one program as a multiboot module, which QEMU's -initrd hands over as a boot loader would."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ringside.catalog.delivery import MultibootModuleDelivery
from ringside.errors import ImageError
from ringside.image.delivery.contract import Cargo, Delivered, Facts
from ringside.image.files import write_atomic
from ringside.image.mono import with_plan
from ringside.image.multiboot import find_headers

# Longer than the paths there are; slashes in front of one change nothing.
_PATH = 240


def deliver(how: MultibootModuleDelivery, cargo: Cargo) -> Delivered:
    """Raises ImageError when the program can't be made, or lies where QEMU would not find it."""
    program = program_with_plan(cargo)
    sha256 = hashlib.sha256(program).hexdigest()
    path = cargo.cache / "programs" / f"{sha256}.elf"
    if not path.is_file():
        write_atomic(path, program)
    words = " ".join((module(path), *how.words))
    return Delivered(kernel=cargo.file, sha256=sha256, options=("-initrd", words))


def look(image: bytes, what: str) -> Facts:
    """Raises ImageError for a kernel that is not handed any modules."""
    if not find_headers(image).one:
        raise ImageError(f"{what} has no multiboot header, so it can't receive a module")
    return (("workloads", "one program, as a multiboot module"),)


def program_with_plan(cargo: Cargo) -> bytes:
    """The one program of the port, its plan written into it. Raises ImageError."""
    workloads = cargo.workloads
    if not workloads.one_program:
        raise ImageError(
            f"{cargo.image.kernel}: port {workloads.port} is built as separate programs, but a "
            f"module must be a single one: set `port_form := mono` in its port.mk"
        )
    try:
        program = workloads.init.read_bytes()
    except OSError as error:
        raise ImageError(f"{workloads.init}: can't be read: {error.strerror}") from error
    return with_plan(program, cargo.plan, cargo.profile, workloads.init.name)


def module(path: Path) -> str:
    """How QEMU's -initrd is told of a module. Raises ImageError for a path that it would cut.

    The guest gets to see the path: it is as long for every checkout, so that none boots in a
    different number of instructions.
    """
    text = str(path.absolute())
    if " " in text:
        raise ImageError(f"{text}: QEMU does not support spaces in a module's path: move it")
    return text.rjust(_PATH, "/").replace(",", ",,")
