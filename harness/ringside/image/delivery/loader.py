"""Deliver the kernel and the program as multiboot modules of a loader built by the port."""

from __future__ import annotations

import hashlib

from ringside.catalog.delivery import LoaderDelivery
from ringside.errors import ImageError
from ringside.image.delivery.multiboot_module import module, program_with_plan
from ringside.image.delivery.types import Delivered, Facts, Payload
from ringside.image.files import write_atomic
from ringside.image.flat import check_mapped, flatten


def deliver(config: LoaderDelivery, payload: Payload) -> Delivered:
    """Raises ImageError if the port has no loader or the program can't be flattened."""
    loader = payload.workloads.init.with_name("loader")
    if not loader.is_file():
        raise ImageError(
            f"{payload.image.kernel}: port {payload.workloads.port} has no loader "
            f"(expected {loader.name} next to {payload.workloads.init.name})"
        )
    try:
        kernel = payload.file.read_bytes()
    except OSError as error:
        raise ImageError(f"{payload.file}: can't be read: {error.strerror}") from error
    check_mapped(kernel, int(config.kernel_at, 16), str(payload.image.path))
    flat = flatten(program_with_plan(payload), int(config.program_at, 16), "the program")
    sha256 = hashlib.sha256(flat).hexdigest()
    path = payload.cache / "programs" / f"{sha256}.flat"
    if not path.is_file():
        write_atomic(path, flat)
    modules = f"{module(payload.file)},{module(path)}"
    return Delivered(kernel=loader, sha256=sha256, options=("-initrd", modules))


def describe(config: LoaderDelivery, image: bytes, what: str) -> Facts:
    """Raises ImageError for an image that the loader can't start."""
    return (
        ("loader", check_mapped(image, int(config.kernel_at, 16), what)),
        ("workloads", f"one program, at {config.program_at}"),
    )
