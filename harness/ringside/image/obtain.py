"""Obtain a kernel's image as its manifest says, and the file that a configuration boots."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ringside.catalog.model import BootConfig, DebImage, FileImage, Kernel, MakeImage
from ringside.errors import ImageError
from ringside.image.bzimage import extract_vmlinux, is_bzimage
from ringside.image.check import check_companion_files, check_image
from ringside.image.debian import obtain_deb
from ringside.image.elf import check_bootable
from ringside.image.files import sha256_file, write_atomic
from ringside.image.make import make
from ringside.image.multiboot import find_headers, relabel_as_i386


@dataclass(frozen=True)
class KernelImage:
    """A kernel image on disk. `path` is the file as packaged, built or supplied."""

    kernel: str
    path: Path
    sha256: str
    version: str
    package: str | None = None
    package_sha256: str | None = None
    suite: str | None = None
    proven: Mapping[str, str] = field(default_factory=dict)


def obtain(
    kernel: Kernel,
    root: Path,
    cache: Path,
    *,
    user_image: Path | None = None,
    refresh: bool = False,
    on_fetch: Callable[[], None] | None = None,
) -> KernelImage:
    """The image of `kernel`.

    `user_image` is used instead of the manifest's source. A cached package is used without network
    access unless `refresh`; `on_fetch` is called before the network is used. Raises ImageError.
    """
    source = kernel.image
    if user_image is not None:
        image = _from_file(kernel, user_image)
    elif isinstance(source, DebImage):
        deb = obtain_deb(kernel.id, source, cache, refresh=refresh, on_fetch=on_fetch)
        path = _decompressed(deb.kernel)
        image = KernelImage(
            kernel=kernel.id,
            path=path,
            sha256=sha256_file(path),
            version=deb.version,
            package=deb.package,
            package_sha256=deb.package_sha256,
            suite=source.suite,
            proven=deb.proven,
        )
    elif isinstance(source, MakeImage):
        image = _from_make(kernel, source, root)
    elif isinstance(source, FileImage):
        how = (
            f"build one as described in {source.build} and pass it" if source.build else "pass one"
        )
        raise ImageError(f"{kernel.id} has no image here: {how} with --image {kernel.id}=PATH")
    else:
        raise ImageError(f"{kernel.id} has no image section in its manifest")
    check_image(kernel.boot, image.path.read_bytes(), _display_path(image.path, root))
    return image


def boot_file(image: KernelImage, way: BootConfig, cache: Path) -> Path:
    """The file to boot: the image, or a file extracted from it, which is cached by content.

    Raises ImageError if the configuration needs an ELF with a PVH note and there is none.
    """
    if way.image in ("kernel", "disk", "module", "firmware"):
        return image.path
    data = image.path.read_bytes()
    folder = cache / "images" / hashlib.sha256(data).hexdigest()
    if way.image == "multiboot64":
        return _multiboot64(image, data, folder / "multiboot64")
    if not is_bzimage(data):
        if check_bootable(data, str(image.path)).entry == "pvh":
            return image.path
        raise ImageError(f"{image.path}: no PVH note, which this boot configuration needs")
    target = folder / "vmlinux"
    if not target.is_file():
        vmlinux = extract_vmlinux(data)
        if check_bootable(vmlinux, f"the ELF inside {image.path}").entry != "pvh":
            raise ImageError(
                f"{image.path}: the ELF inside has no PVH note (CONFIG_PVH is off): "
                f"choose another boot configuration with --boot"
            )
        write_atomic(target, vmlinux)
    return target


def _decompressed(path: Path) -> Path:
    """`path`, or its decompressed contents if it is a gzip file."""
    data = path.read_bytes()
    if not data.startswith(b"\x1f\x8b"):
        return path
    try:
        contents = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ImageError(f"{path}: damaged: {error}") from error
    target = path.with_name(f"{path.name}.unpacked")
    if not target.is_file() or target.read_bytes() != contents:
        write_atomic(target, contents)
    return target


def _multiboot64(image: KernelImage, data: bytes, target: Path) -> Path:
    if not find_headers(data).v1:
        raise ImageError(f"{image.path}: no multiboot header, which this boot configuration needs")
    made = relabel_as_i386(data)
    if not target.is_file() or target.read_bytes() != made:
        write_atomic(target, made)
    return target


def _from_make(kernel: Kernel, source: MakeImage, root: Path) -> KernelImage:
    directory = root / source.directory
    make(directory, source.target, root)
    path = directory / source.kernel
    if not path.is_file():
        raise ImageError(
            f"{_display_path(path, root)} is missing after "
            f"`make -C {source.directory} {source.target}`"
        )
    digest = sha256_file(path)
    return KernelImage(kernel=kernel.id, path=path, sha256=digest, version="built here")


def _from_file(kernel: Kernel, path: Path) -> KernelImage:
    if not path.is_file():
        raise ImageError(f"--image {kernel.id}={path}: no such file")
    check_companion_files(kernel.image, path)
    return KernelImage(
        kernel=kernel.id,
        path=path.resolve(),
        sha256=sha256_file(path),
        version="given on the command line",
    )


def _display_path(path: Path, root: Path) -> str:
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
