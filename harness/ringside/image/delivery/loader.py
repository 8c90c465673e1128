"""A loader of the port's own, to which the kernel and the one program are multiboot modules."""

from __future__ import annotations

import hashlib

from ringside.catalog.delivery import LoaderDelivery
from ringside.errors import ImageError
from ringside.image.delivery.contract import Cargo, Delivered, Facts
from ringside.image.delivery.multiboot_module import module, program_with_plan
from ringside.image.files import write_atomic
from ringside.image.flat import check_mapped, flattened


def deliver(how: LoaderDelivery, cargo: Cargo) -> Delivered:
    """Raises ImageError when the port has no loader, or the program can't be laid flat."""
    loader = cargo.workloads.init.with_name("loader")
    if not loader.is_file():
        raise ImageError(
            f"{cargo.image.kernel}: port {cargo.workloads.port} has no loader "
            f"(expected {loader.name} next to {cargo.workloads.init.name})"
        )
    try:
        kernel = cargo.file.read_bytes()
    except OSError as error:
        raise ImageError(f"{cargo.file}: can't be read: {error.strerror}") from error
    check_mapped(kernel, int(how.kernel_at, 16), str(cargo.image.path))
    flat = flattened(program_with_plan(cargo), int(how.program_at, 16), "the program")
    sha256 = hashlib.sha256(flat).hexdigest()
    path = cargo.cache / "programs" / f"{sha256}.flat"
    if not path.is_file():
        write_atomic(path, flat)
    modules = f"{module(cargo.file)},{module(path)}"
    return Delivered(kernel=loader, sha256=sha256, options=("-initrd", modules))


def look(how: LoaderDelivery, image: bytes, what: str) -> Facts:
    """Raises ImageError, saying what is wrong, for a file that the loader can't start."""
    return (
        ("loader", check_mapped(image, int(how.kernel_at, 16), what)),
        ("workloads", f"one program, at {how.program_at}"),
    )
