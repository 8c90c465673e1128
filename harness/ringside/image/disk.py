"""Raw disk images that the machine's firmware boots, instead of a kernel that QEMU loads."""

from __future__ import annotations

from pathlib import Path

from ringside.errors import ImageError
from ringside.image.bzimage import is_bzimage

# The last two bytes of a boot sector that a PC's BIOS accepts.
_SIGNATURE = b"\x55\xaa"
_SECTOR = 512


def is_bootable_disk(data: bytes) -> bool:
    """Whether it is longer than its boot sector, and not a bzImage, which still starts with the
    boot sector of the days of floppy disks."""
    signed = len(data) > _SECTOR and data[_SECTOR - 2 : _SECTOR] == _SIGNATURE
    return signed and not is_bzimage(data)


def check_bootable_disk(data: bytes, what: str) -> None:
    """Raise ImageError unless `data` is a raw disk image with a boot sector."""
    if not is_bootable_disk(data):
        raise ImageError(
            f"{what}: not a bootable raw disk image: its first sector does not end in 55 aa"
        )


def drive(image: Path) -> tuple[str, ...]:
    """QEMU's arguments for the disk; the guest's writes are discarded."""
    return ("-drive", f"file={str(image).replace(',', ',,')},format=raw,snapshot=on")
