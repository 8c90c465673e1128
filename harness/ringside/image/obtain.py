"""Get a kernel's image from where its manifest says, and the file a way of booting it needs."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ringside.catalog.model import BootConfig, DebImage, FileImage, Kernel, MakeImage
from ringside.errors import ImageError
from ringside.image.accept import accept, check_beside
from ringside.image.bzimage import extract_vmlinux, is_bzimage
from ringside.image.debian import obtain_deb
from ringside.image.elf import check_bootable
from ringside.image.files import sha256_file, write_atomic
from ringside.image.make import make
from ringside.image.multiboot import find_headers, relabelled


@dataclass(frozen=True)
class KernelImage:
    """A kernel image on disk. `path` is the file as it was shipped, built or given."""

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
    given: Path | None = None,
    refresh: bool = False,
    fetching: Callable[[], None] | None = None,
) -> KernelImage:
    """The image of `kernel`.

    `given` is a file to use instead of what the manifest says. A package resolved before is used
    again without a look at the network unless `refresh`; `fetching` is called before there is
    one. Raises ImageError.
    """
    source = kernel.image
    if given is not None:
        image = _from_file(kernel, given)
    elif isinstance(source, DebImage):
        deb = obtain_deb(kernel.id, source, cache, refresh=refresh, fetching=fetching)
        path = _unpacked(deb.kernel)
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
    accept(kernel.boot, image.path.read_bytes(), _shown(image.path, root))
    return image


def boot_file(image: KernelImage, way: BootConfig, cache: Path) -> Path:
    """The file to boot from: the image itself, or the ELF inside it, cached by content.

    Raises ImageError when the way wants an ELF with a PVH note and the image holds none.
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


def _unpacked(path: Path) -> Path:
    """The file itself, or what is in it when a package ships its kernel compressed with gzip."""
    data = path.read_bytes()
    if not data.startswith(b"\x1f\x8b"):
        return path
    try:
        inside = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ImageError(f"{path}: damaged: {error}") from error
    target = path.with_name(f"{path.name}.unpacked")
    if not target.is_file() or target.read_bytes() != inside:
        write_atomic(target, inside)
    return target


def _multiboot64(image: KernelImage, data: bytes, target: Path) -> Path:
    if not find_headers(data).one:
        raise ImageError(f"{image.path}: no multiboot header, which this boot configuration needs")
    made = relabelled(data)
    if not target.is_file() or target.read_bytes() != made:
        write_atomic(target, made)
    return target


def _from_make(kernel: Kernel, source: MakeImage, root: Path) -> KernelImage:
    directory = root / source.directory
    make(directory, source.target, root)
    path = directory / source.kernel
    if not path.is_file():
        raise ImageError(
            f"{_shown(path, root)} is missing after `make -C {source.directory} {source.target}`"
        )
    digest = sha256_file(path)
    return KernelImage(kernel=kernel.id, path=path, sha256=digest, version="built here")


def _from_file(kernel: Kernel, path: Path) -> KernelImage:
    if not path.is_file():
        raise ImageError(f"--image {kernel.id}={path}: no such file")
    check_beside(kernel.image, path)
    return KernelImage(
        kernel=kernel.id,
        path=path.resolve(),
        sha256=sha256_file(path),
        version="given on the command line",
    )


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
