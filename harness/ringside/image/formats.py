"""Guess the format of a file that is not a kernel, to say what to do about it."""

from __future__ import annotations

# (offset, magic, text); the first match is used.
_MAGICS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x1f\x8b", "it is compressed with gzip: unpack it with gunzip first"),
    (0, b"\x28\xb5\x2f\xfd", "it is compressed with zstd: unpack it with unzstd first"),
    (0, b"\xfd7zXZ\x00", "it is compressed with xz: unpack it with unxz first"),
    (0, b"BZh", "it is compressed with bzip2: unpack it with bunzip2 first"),
    (0, b"\x04\x22\x4d\x18", "it is compressed with lz4: unpack it with unlz4 first"),
    (0, b"\x02\x21\x4c\x18", "it is compressed with lz4: unpack it with unlz4 first"),
    (0, b"PK\x03\x04", "it is a zip archive: extract the kernel from it"),
    (257, b"ustar", "it is a tar archive: extract the kernel from it"),
    (0, b"!<arch>", "it is an archive (.deb or .a): extract the kernel from it"),
    (0, b"070701", "it is a cpio archive, perhaps an initrd: use the kernel that belongs to it"),
    (
        0,
        b"QFI\xfb",
        "it is a qcow2 disk image: -kernel can't boot a disk, extract the kernel from it",
    ),
    (0, b"\x27\x05\x19\x56", "it is a U-Boot image: use the ELF that it was made from"),
    (0, b"\xcf\xfa\xed\xfe", "it is a macOS Mach-O file: link the kernel as an ELF"),
    (0x38, b"ARM\x64", "it is an arm64 Linux image, and arm64 is not supported"),
    (0x38, b"RSC\x05", "it is a RISC-V Linux image, but the manifest's boot.arch differs"),
    (0x8001, b"CD001", "it is an ISO image: -kernel can't boot a CD, extract the kernel from it"),
    (0, b"#!", "it is a script"),
)
_DISK_SIGNATURE = b"\x55\xaa"


def describe_format(data: bytes) -> str:
    """What `data`, which is neither a bzImage nor an ELF, appears to be."""
    if not data:
        return "the file is empty"
    for offset, magic, words in _MAGICS:
        if data[offset : offset + len(magic)] == magic:
            return words
    if data[0x202:0x206] == b"HdrS":
        return "its boot protocol is older than 2.08: build a newer kernel"
    if data.startswith(b"MZ"):
        return "it is a program for UEFI or Windows (PE): use the kernel that it loads"
    if len(data) > 512 and data[510:512] == _DISK_SIGNATURE:
        return "it is a raw disk image with a boot sector: -kernel can't boot a disk"
    if all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in data[:512]):
        return "it is text"
    return f"it begins with {data[:4].hex(' ')}"
