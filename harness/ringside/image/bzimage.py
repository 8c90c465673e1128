"""Parse bzImages and extract the ELF file inside.

Fields of the boot protocol (Linux, Documentation/arch/x86/boot.rst) that locate the payload:
    0x1f1  setup_sects     size of the real-mode part in 512-byte sectors (0 means 4)
    0x202  magic "HdrS"
    0x206  version         payload fields exist since 2.08
    0x248  payload_offset  from the start of the protected-mode part
    0x24c  payload_length  the last four bytes are the uncompressed size
and that describe the kernel:
    0x20e  kernel_version  offset of the version string, less 0x200
    0x236  xloadflags      since 2.12; bit 0: a 64-bit kernel
    0x258  pref_address    since 2.10: the preferred load address
    0x260  init_size       since 2.10: memory needed from there until the memory map is read
"""

from __future__ import annotations

import gzip
import lzma
import struct
import zlib
from dataclasses import dataclass

import lz4.block
import zstandard

from ringside.errors import ImageError

_LZ4_LEGACY = b"\x02\x21\x4c\x18"
_LZ4_BLOCK_MAX = 8 << 20
_MAX_SIZE = 512 << 20


def is_bzimage(data: bytes) -> bool:
    """Whether `data` has an x86 setup header with payload fields."""
    return len(data) > 0x250 and data[0x202:0x206] == b"HdrS" and _version(data) >= 0x208


@dataclass(frozen=True)
class SetupHeader:
    """Fields of a bzImage's setup header. `memory_end` is the end of the memory that it needs, or
    0 if unknown; `is_64bit` is None if the protocol is too old to tell."""

    protocol: str
    version: str
    is_64bit: bool | None
    memory_end: int


def read_header(data: bytes) -> SetupHeader:
    """The setup header of `data`, which must be a bzImage (see `is_bzimage`)."""
    protocol = _version(data)
    (pointer,) = struct.unpack_from("<H", data, 0x20E)
    text = data[0x200 + pointer : 0x200 + pointer + 256].split(b"\0")[0] if pointer else b""
    (flags,) = struct.unpack_from("<H", data, 0x236)
    address, size = struct.unpack_from("<QI", data, 0x258) if len(data) >= 0x264 else (0, 0)
    return SetupHeader(
        protocol=f"{protocol >> 8}.{protocol & 0xFF:02}",
        version=" ".join(text.decode("ascii", "replace").split()),
        is_64bit=bool(flags & 1) if protocol >= 0x20C else None,
        memory_end=address + size if protocol >= 0x20A else 0,
    )


def extract_vmlinux(data: bytes) -> bytes:
    """The ELF file inside a bzImage. Raises ImageError if there is none."""
    if not is_bzimage(data):
        raise ImageError("not a bzImage with boot protocol 2.08 or newer")
    sectors = data[0x1F1] or 4
    offset, length = struct.unpack_from("<II", data, 0x248)
    start = (sectors + 1) * 512 + offset
    payload = data[start : start + length]
    if length < 8 or len(payload) != length:
        raise ImageError("the bzImage is truncated")
    (size,) = struct.unpack_from("<I", payload, length - 4)
    unpacked = _decompress(payload, size)
    if len(unpacked) != size:
        raise ImageError(
            f"the bzImage's payload is damaged: {len(unpacked)} bytes unpacked, not {size}"
        )
    if not unpacked.startswith(b"\x7fELF"):
        raise ImageError("the bzImage's payload is not an ELF file")
    return unpacked


def _version(data: bytes) -> int:
    (version,) = struct.unpack_from("<H", data, 0x206)
    return int(version)


def _decompress(payload: bytes, size: int) -> bytes:
    if size > _MAX_SIZE:
        raise ImageError(f"the bzImage claims an unpacked size of {size} bytes: damaged")
    try:
        if payload.startswith(_LZ4_LEGACY):
            return _lz4_legacy(payload[4:-4])
        if payload.startswith(b"\x28\xb5\x2f\xfd"):
            return zstandard.ZstdDecompressor().decompressobj().decompress(payload)
        if payload.startswith(b"\x1f\x8b"):
            # gzip's own trailer is the size field; no four bytes follow the stream.
            return zlib.decompressobj(wbits=31).decompress(payload, _MAX_SIZE)
        if payload.startswith(b"\xfd7zXZ\x00"):
            return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(payload, _MAX_SIZE)
    except (zstandard.ZstdError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, EOFError) as error:
        raise ImageError(f"the bzImage's payload is damaged: {error}") from error
    raise ImageError(
        f"the bzImage's payload begins with {payload[:4].hex()}: neither lz4, zstd, gzip nor xz"
    )


def _lz4_legacy(frames: bytes) -> bytes:
    """Decode blocks of at most 8 MiB, each preceded by its compressed size, u32 little-endian."""
    blocks = []
    at = 0
    while at + 4 <= len(frames):
        (packed,) = struct.unpack_from("<I", frames, at)
        at += 4
        if packed == 0 or at + packed > len(frames):
            raise ImageError("the bzImage's lz4 payload is damaged")
        block = frames[at : at + packed]
        try:
            blocks.append(lz4.block.decompress(block, uncompressed_size=_LZ4_BLOCK_MAX))
        except lz4.block.LZ4BlockError as error:
            raise ImageError(f"the bzImage's lz4 payload is damaged: {error}") from error
        at += packed
    return b"".join(blocks)
