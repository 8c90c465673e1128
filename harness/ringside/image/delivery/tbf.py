"""Deliver one program in TBF, loaded next to a kernel that runs as the firmware."""

from __future__ import annotations

import hashlib

from ringside.catalog.delivery import TbfDelivery
from ringside.errors import ImageError
from ringside.image.delivery.types import Delivered, Payload
from ringside.image.files import write_atomic
from ringside.image.mono import embed_plan
from ringside.image.tbf import build_tbf

_NAME = "ringside"


def deliver(config: TbfDelivery, payload: Payload) -> Delivered:
    """Raises ImageError if the port is not built as one program or the ELF can't be converted."""
    program = payload.workloads.init
    if not payload.workloads.one_program:
        raise ImageError(f"{payload.workloads.port}: needs a port with `port_form := mono`")
    try:
        elf = program.read_bytes()
    except OSError as error:
        raise ImageError(f"{program}: can't be read: {error.strerror}") from error
    made = build_tbf(elf, _NAME, config.address, program.name)
    image = embed_plan(made, payload.plan, payload.profile, program.name)
    sha256 = hashlib.sha256(image).hexdigest()
    path = payload.cache / "programs" / f"{sha256}.tbf"
    if not path.is_file():
        write_atomic(path, image)
    return Delivered(
        kernel=None,
        sha256=sha256,
        options=(
            *("-bios", str(payload.file)),
            *("-device", f"loader,file={path},addr={config.address:#x},force-raw=on"),
        ),
    )
