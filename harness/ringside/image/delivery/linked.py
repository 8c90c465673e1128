"""Deliver a plan to a kernel that the workloads are linked into.

The owner of a kernel without user space links it with `libringside.a` of a `linked-*` port
(workloads/ports/linked-x86_64/ringside.h). A copy with the plan filled in is booted.
"""

from __future__ import annotations

import hashlib

from ringside.errors import ImageError
from ringside.image.delivery.types import Delivered, Facts, Payload
from ringside.image.files import write_atomic
from ringside.image.mono import embed_plan, find_plan, workloads_hash


def deliver(payload: Payload) -> Delivered:
    """Write the plan into a copy of the image.

    Raises ImageError if it contains no workloads, or a different build of them.
    """
    image = payload.file.read_bytes()
    what = payload.image.path.name
    library = payload.workloads.init
    if workloads_hash(image, what) != workloads_hash(library.read_bytes(), library.name):
        raise ImageError(
            f"{what} contains another build of the workloads than {library.name}: relink it, so "
            f"that all kernels run the same"
        )
    made = embed_plan(image, payload.plan, payload.profile, what)
    sha256 = hashlib.sha256(made).hexdigest()
    path = payload.cache / "linked" / sha256
    if not path.is_file():
        write_atomic(path, made)
    return Delivered(kernel=path, sha256=sha256)


def describe(image: bytes, what: str) -> Facts:
    """The build of the workloads in the image. Raises ImageError if there is none."""
    _, size = find_plan(image, what)
    build = workloads_hash(image, what)[:12]
    return (("workloads", f"linked in: build {build}, {size:,} bytes for a plan"),)
