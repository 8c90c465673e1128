"""One program in TBF, loaded beside the kernel, which takes the firmware's place."""

from __future__ import annotations

import hashlib

from ringside.catalog.delivery import TbfDelivery
from ringside.errors import ImageError
from ringside.image.delivery.contract import Cargo, Delivered
from ringside.image.files import write_atomic
from ringside.image.mono import with_plan
from ringside.image.tbf import build_tbf

_NAME = "ringside"


def deliver(how: TbfDelivery, cargo: Cargo) -> Delivered:
    """Raises ImageError when the program is not in the one-program form or can't be laid out."""
    program = cargo.workloads.init
    if not cargo.workloads.one_program:
        raise ImageError(f"{cargo.workloads.port}: needs a port with `port_form := mono`")
    try:
        elf = program.read_bytes()
    except OSError as error:
        raise ImageError(f"{program}: can't be read: {error.strerror}") from error
    made = build_tbf(elf, _NAME, how.address, program.name)
    image = with_plan(made, cargo.plan, cargo.profile, program.name)
    sha256 = hashlib.sha256(image).hexdigest()
    path = cargo.cache / "programs" / f"{sha256}.tbf"
    if not path.is_file():
        write_atomic(path, image)
    return Delivered(
        kernel=None,
        sha256=sha256,
        options=(
            *("-bios", str(cargo.file)),
            *("-device", f"loader,file={path},addr={how.address:#x},force-raw=on"),
        ),
    )
