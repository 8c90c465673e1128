"""A kernel out of Debian's packages, remembered so that a second run needs no network.

.cache/apt/<suite>/                 apt's isolated state and the downloaded packages; for another
                                    architecture than amd64, <suite>-<architecture>
.cache/images/<sha256 of .deb>/     the files taken out of one package
.cache/images/<kernel id>.json      what was resolved, for which request
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ringside.catalog.model import DebImage
from ringside.errors import ImageError
from ringside.image.apt import AptSuite, Package
from ringside.image.config import prove
from ringside.image.files import locked, sha256_file, write_atomic
from ringside.image.unpack import unpack


@dataclass(frozen=True)
class DebKernel:
    """A kernel taken out of `package`; `proven` are the options its shipped config has."""

    kernel: Path
    version: str
    package: str
    package_sha256: str
    proven: dict[str, str]


class _Resolved(BaseModel):
    """The memory of one resolution. Paths are relative to the images folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: DebImage
    package: str
    version: str
    package_sha256: str
    kernel: str
    kernel_sha256: str
    config: str | None


def obtain_deb(
    kernel_id: str,
    source: DebImage,
    cache: Path,
    *,
    refresh: bool,
    fetching: Callable[[], None] | None = None,
) -> DebKernel:
    """Resolve, download and unpack `source`, or use what was resolved before. `fetching` is called
    before the former.

    Raises ImageError when the package can't be had, holds no kernel, or its config does not say
    what the manifest requires.
    """
    images = cache / "images"
    memory = images / f"{kernel_id}.json"
    with locked(cache / "apt" / f"{source.suite}.lock"):
        resolved = None if refresh else _recall(memory, source, images)
        if resolved is None:
            if fetching is not None:
                fetching()
            resolved = _resolve(source, cache)
            write_atomic(memory, (resolved.model_dump_json(indent=2) + "\n").encode())
    return DebKernel(
        kernel=images / resolved.kernel,
        version=resolved.version,
        package=resolved.package,
        package_sha256=resolved.package_sha256,
        proven=_prove(resolved, source, images),
    )


def recall_version(kernel_id: str, source: DebImage, cache: Path) -> str | None:
    """The version of the package that was resolved before for `source`, if it is still here."""
    images = cache / "images"
    resolved = _recall(images / f"{kernel_id}.json", source, images)
    return resolved.version if resolved is not None else None


def _recall(memory: Path, source: DebImage, images: Path) -> _Resolved | None:
    """What was resolved for the same request, if its files are still whole."""
    try:
        resolved = _Resolved.model_validate_json(memory.read_bytes())
    except (OSError, ValidationError):
        return None
    kernel = images / resolved.kernel
    if resolved.request != source or not kernel.is_file():
        return None
    if resolved.config is not None and not (images / resolved.config).is_file():
        return None
    return resolved if sha256_file(kernel) == resolved.kernel_sha256 else None


def _resolve(source: DebImage, cache: Path) -> _Resolved:
    suite = AptSuite(source.suite, source.architecture, _state(source, cache))
    suite.update()
    images = cache / "images"
    wanted = [source.kernel] + ([source.config] if source.config else [])
    kernel: tuple[Package, str] | None = None
    config: str | None = None
    for package in suite.resolve(source.package):
        found = _files(package, suite, wanted, images)
        for name in found:
            if kernel is None and fnmatch.fnmatchcase(name, source.kernel):
                kernel = (package, f"{package.sha256}/{name}")
            if config is None and source.config and fnmatch.fnmatchcase(name, source.config):
                config = f"{package.sha256}/{name}"
        if kernel is not None and (config is not None or source.config is None):
            break
    if kernel is None:
        raise ImageError(
            f"{source.package} of Debian {source.suite} and its dependencies contain no file "
            f"{source.kernel}"
        )
    package, path = kernel
    return _Resolved(
        request=source,
        package=package.name,
        version=package.version,
        package_sha256=package.sha256,
        kernel=path,
        kernel_sha256=sha256_file(images / path),
        config=config,
    )


def _state(source: DebImage, cache: Path) -> Path:
    """apt's state for a suite and an architecture: each update drops the other ones' lists."""
    amd64 = source.architecture == "amd64"
    name = source.suite if amd64 else f"{source.suite}-{source.architecture}"
    return cache / "apt" / name


def _files(package: Package, suite: AptSuite, wanted: list[str], images: Path) -> tuple[str, ...]:
    """The wanted files of `package`; the package itself is not kept."""
    (deb,) = suite.download(package)
    found = unpack(deb, wanted, images / package.sha256)
    deb.unlink()
    return found


def _prove(resolved: _Resolved, source: DebImage, images: Path) -> dict[str, str]:
    if not source.prove:
        return {}
    if resolved.config is None:
        raise ImageError(
            f"{resolved.package} contains no file {source.config}: its options can't be checked"
        )
    text = (images / resolved.config).read_text(encoding="utf-8", errors="replace")
    return prove(f"{resolved.package} {resolved.version}", text, source.prove)
