"""Deliver the workloads on a disk with an ext2 file system."""

from __future__ import annotations

from ringside.catalog.delivery import DiskDelivery
from ringside.image.delivery.types import Delivered, Payload
from ringside.image.ext2 import Ext2Writer
from ringside.image.files import sha256_file, write_atomic
from ringside.image.initrd import populate


def deliver(config: DiskDelivery, payload: Payload) -> Delivered:
    """Raises ImageError if the file system can't be created."""
    writer = Ext2Writer()
    workloads = payload.workloads
    populate(writer, workloads, payload.plan, payload.profile, workloads.initrd_elves(payload.plan))
    path = payload.cache / "disks" / f"{writer.digest()}.ext2"
    if not path.is_file():
        write_atomic(path, writer.finish())
    return Delivered(
        kernel=payload.file,
        sha256=sha256_file(path),
        # snapshot=on discards the guest's writes, so that the next boot sees the same file.
        options=(
            *("-drive", f"file={path},if=none,format=raw,id=workloads,snapshot=on"),
            *("-device", f"{config.device},drive=workloads"),
        ),
    )
