"""Deliver the workloads in a cpio archive, by QEMU's -initrd."""

from __future__ import annotations

from ringside.image.delivery.types import Delivered, Payload
from ringside.image.initrd import build_initrd


def deliver(payload: Payload) -> Delivered:
    """Raises ImageError if the archive can't be created."""
    made = build_initrd(payload.workloads, payload.plan, payload.profile, payload.cache / "initrd")
    return Delivered(kernel=payload.file, initrd=made.path, sha256=made.sha256)
