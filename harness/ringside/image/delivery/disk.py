"""A disk with an ext2 on it, which has what the initrd has."""

from __future__ import annotations

from ringside.catalog.delivery import DiskDelivery
from ringside.image.delivery.contract import Cargo, Delivered
from ringside.image.ext2 import Ext2Writer
from ringside.image.files import sha256_file, write_atomic
from ringside.image.initrd import fill


def deliver(how: DiskDelivery, cargo: Cargo) -> Delivered:
    """Raises ImageError when the file system can't be made."""
    writer = Ext2Writer()
    workloads = cargo.workloads
    fill(writer, workloads, cargo.plan, cargo.profile, workloads.initrd_elves(cargo.plan))
    path = cargo.cache / "disks" / f"{writer.digest()}.ext2"
    if not path.is_file():
        write_atomic(path, writer.finish())
    return Delivered(
        kernel=cargo.file,
        sha256=sha256_file(path),
        # What the guest writes is its own: the file is the same for the next boot.
        options=(
            *("-drive", f"file={path},if=none,format=raw,id=workloads,snapshot=on"),
            *("-device", f"{how.device},drive=workloads"),
        ),
    )
