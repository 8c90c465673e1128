"""Our cpio archive in the place of the one that a kernel image carries."""

from __future__ import annotations

import hashlib

from ringside.catalog.delivery import ReplaceCpioDelivery
from ringside.errors import ImageError
from ringside.image.bzimage import extract_vmlinux, is_bzimage
from ringside.image.delivery.contract import Cargo, Delivered, Facts
from ringside.image.embedded import Archive, find_archives, replaced
from ringside.image.files import write_atomic
from ringside.image.initrd import archive_of


def deliver(how: ReplaceCpioDelivery, cargo: Cargo) -> Delivered:
    """Write the image anew, with our archive in it.

    All built ELFs go in if they fit, as they do in an initrd; else those of the plan alone.
    Raises ImageError when not even these fit, or the image has no archive.
    """
    try:
        data = cargo.file.read_bytes()
    except OSError as error:
        raise ImageError(f"{cargo.file}: can't be read: {error.strerror}") from error
    place = _place(data, str(cargo.image.path))
    also = [path.removeprefix("/") for path in how.init if path != "/init"]
    ours = b""
    for elves in (
        cargo.workloads.initrd_elves(cargo.plan),
        cargo.workloads.required_elves(cargo.plan),
    ):
        ours = archive_of(cargo.workloads, cargo.plan, cargo.profile, elves, also)
        if len(ours) <= place.room:
            break
    else:
        raise ImageError(
            f"{cargo.image.path}: its cpio archive has room for {place.room:,} bytes but the "
            f"workloads need {len(ours):,}: select fewer, or build the image with a larger archive"
        )
    sha256 = hashlib.sha256(ours).hexdigest()
    target = cargo.cache / "images" / hashlib.sha256(data).hexdigest() / f"{sha256}.kernel"
    if not target.is_file():
        write_atomic(target, replaced(data, place, ours))
    return Delivered(kernel=target, sha256=sha256)


def look(image: bytes, what: str) -> Facts:
    """Where the archive is and how much it takes. Raises ImageError when there is none."""
    place = _place(extract_vmlinux(image) if is_bzimage(image) else image, what)
    words = f"in place of a cpio archive of {len(place.names)} files with room for {place.room:,}"
    return (("workloads", f"{words} bytes, at {place.start:#x} of the file"),)


def _place(data: bytes, what: str) -> Archive:
    """The largest archive: a kernel may also carry small ones, of things of its own."""
    found = find_archives(data)
    if not found:
        raise ImageError(
            f"{what} holds no cpio archive (newc, not compressed) to replace with the "
            f"workloads: build it with one, or use another delivery method"
        )
    return max(found, key=lambda archive: archive.room)
