"""The kernel calls the workloads from its own main: they were linked into it, and lack only a plan.

A kernel without user space is built by its owner with `libringside.a` of port `linked-*`
(workloads/ports/linked-x86_64/ringside.h). What is booted is a copy with the plan in its place.
"""

from __future__ import annotations

import hashlib

from ringside.errors import ImageError
from ringside.image.delivery.contract import Cargo, Delivered, Facts
from ringside.image.files import write_atomic
from ringside.image.mono import find_plan, identity, with_plan


def deliver(cargo: Cargo) -> Delivered:
    """A copy of the image with the plan in it.

    Raises ImageError when it holds no workloads, or other ones than were built here.
    """
    image = cargo.file.read_bytes()
    what = cargo.image.path.name
    library = cargo.workloads.init
    if identity(image, what) != identity(library.read_bytes(), library.name):
        raise ImageError(
            f"{what} contains another build of the workloads than {library.name}: relink it, so "
            f"that all kernels run the same"
        )
    made = with_plan(image, cargo.plan, cargo.profile, what)
    sha256 = hashlib.sha256(made).hexdigest()
    path = cargo.cache / "linked" / sha256
    if not path.is_file():
        write_atomic(path, made)
    return Delivered(kernel=path, sha256=sha256)


def look(image: bytes, what: str) -> Facts:
    """What is linked into the image. Raises ImageError where nothing is."""
    _, size = find_plan(image, what)
    build = identity(image, what)[:12]
    return (("workloads", f"linked in: build {build}, {size:,} bytes for a plan"),)
