"""Deliver the workloads in the cpio archive that is embedded in a kernel image."""

from __future__ import annotations

import hashlib

from ringside.catalog.delivery import ReplaceCpioDelivery
from ringside.errors import ImageError
from ringside.image.bzimage import extract_vmlinux, is_bzimage
from ringside.image.delivery.types import Delivered, Facts, Payload
from ringside.image.embedded import Archive, find_archives, replace_archive
from ringside.image.files import write_atomic
from ringside.image.initrd import build_archive


def deliver(config: ReplaceCpioDelivery, payload: Payload) -> Delivered:
    """Write a copy of the image with our archive in it.

    It holds all built ELFs, as an initrd does, if they fit, else only those of the plan. Raises
    ImageError if these don't fit either, or the image has no archive.
    """
    try:
        data = payload.file.read_bytes()
    except OSError as error:
        raise ImageError(f"{payload.file}: can't be read: {error.strerror}") from error
    place = _place(data, str(payload.image.path))
    also = [path.removeprefix("/") for path in config.init if path != "/init"]
    ours = b""
    for elves in (
        payload.workloads.initrd_elves(payload.plan),
        payload.workloads.required_elves(payload.plan),
    ):
        ours = build_archive(payload.workloads, payload.plan, payload.profile, elves, also)
        if len(ours) <= place.capacity:
            break
    else:
        raise ImageError(
            f"{payload.image.path}: its cpio archive has room for {place.capacity:,} bytes but the "
            f"workloads need {len(ours):,}: select fewer, or build the image with a larger archive"
        )
    sha256 = hashlib.sha256(ours).hexdigest()
    target = payload.cache / "images" / hashlib.sha256(data).hexdigest() / f"{sha256}.kernel"
    if not target.is_file():
        write_atomic(target, replace_archive(data, place, ours))
    return Delivered(kernel=target, sha256=sha256)


def describe(image: bytes, what: str) -> Facts:
    """Location and size of the archive. Raises ImageError if there is none."""
    place = _place(extract_vmlinux(image) if is_bzimage(image) else image, what)
    words = (
        f"in place of a cpio archive of {len(place.names)} files with room for {place.capacity:,}"
    )
    return (("workloads", f"{words} bytes, at {place.start:#x} of the file"),)


def _place(data: bytes, what: str) -> Archive:
    """The largest archive, since a kernel may also embed small ones of its own."""
    found = find_archives(data)
    if not found:
        raise ImageError(
            f"{what} holds no cpio archive (newc, not compressed) to replace with the "
            f"workloads: build it with one, or use another delivery method"
        )
    return max(found, key=lambda archive: archive.capacity)
