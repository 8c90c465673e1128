"""Deliver the workloads on a disk with an easy-fs file system.

The kernel starts the program `initproc`, which is the runner. Workloads are stored by name, the
plan by the path that the runner opens.
"""

from __future__ import annotations

import hashlib

from ringside.errors import ImageError
from ringside.image.delivery.types import Delivered, Payload
from ringside.image.easyfs import build_easyfs
from ringside.image.files import write_atomic
from ringside.image.initrd import plan_text
from ringside.image.mono import check_length

FIRST_PROGRAM = "initproc"
PLAN = "/ringside/plan"


def deliver(payload: Payload) -> Delivered:
    """Raises ImageError if an ELF can't be read or the files don't fit."""
    check_length(payload.plan)
    workloads = payload.workloads
    try:
        files = {FIRST_PROGRAM: workloads.init.read_bytes()}
        files[PLAN] = plan_text(payload.profile, payload.plan)
        for elf in workloads.required_elves(payload.plan):
            files[elf.guest_path.removeprefix("workloads/")] = elf.path.read_bytes()
    except OSError as error:
        raise ImageError(f"{error.filename}: can't be read: {error.strerror}") from error
    image = build_easyfs(files)
    sha256 = hashlib.sha256(image).hexdigest()
    path = payload.cache / "disks" / f"{sha256}.easyfs"
    if not path.is_file():
        write_atomic(path, image)
    return Delivered(
        kernel=payload.file,
        sha256=sha256,
        # snapshot=on discards the guest's writes, so that the next boot sees the same file.
        options=(
            *("-drive", f"file={path},if=none,format=raw,id=workloads,snapshot=on"),
            *("-device", "virtio-blk-device,drive=workloads,bus=virtio-mmio-bus.0"),
        ),
    )
