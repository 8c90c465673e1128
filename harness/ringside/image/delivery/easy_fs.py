"""A disk with an easy-fs on it, which the kernel takes its first program from.

The runner is the program `initproc`; a workload lies under its name, the plan under the path that
the runner asks for.
"""

from __future__ import annotations

import hashlib

from ringside.errors import ImageError
from ringside.image.delivery.contract import Cargo, Delivered
from ringside.image.easyfs import build_easyfs
from ringside.image.files import write_atomic
from ringside.image.initrd import plan_text
from ringside.image.mono import check_length

FIRST_PROGRAM = "initproc"
PLAN = "/ringside/plan"


def deliver(cargo: Cargo) -> Delivered:
    """Raises ImageError when an ELF can't be read or the files don't fit."""
    check_length(cargo.plan)
    workloads = cargo.workloads
    try:
        files = {FIRST_PROGRAM: workloads.init.read_bytes()}
        files[PLAN] = plan_text(cargo.profile, cargo.plan)
        for elf in workloads.required_elves(cargo.plan):
            files[elf.guest_path.removeprefix("workloads/")] = elf.path.read_bytes()
    except OSError as error:
        raise ImageError(f"{error.filename}: can't be read: {error.strerror}") from error
    image = build_easyfs(files)
    sha256 = hashlib.sha256(image).hexdigest()
    path = cargo.cache / "disks" / f"{sha256}.easyfs"
    if not path.is_file():
        write_atomic(path, image)
    return Delivered(
        kernel=cargo.file,
        sha256=sha256,
        # What the guest writes is its own: the file is the same for the next boot.
        options=(
            *("-drive", f"file={path},if=none,format=raw,id=workloads,snapshot=on"),
            *("-device", "virtio-blk-device,drive=workloads,bus=virtio-mmio-bus.0"),
        ),
    )
