"""One cpio archive, handed over by QEMU's -initrd."""

from __future__ import annotations

from ringside.image.delivery.contract import Cargo, Delivered
from ringside.image.initrd import build_initrd


def deliver(cargo: Cargo) -> Delivered:
    """Raises ImageError when the archive can't be made."""
    made = build_initrd(cargo.workloads, cargo.plan, cargo.profile, cargo.cache / "initrd")
    return Delivered(kernel=cargo.file, initrd=made.path, sha256=made.sha256)
