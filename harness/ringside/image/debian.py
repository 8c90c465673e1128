"""Kernels from Debian packages, cached so that later runs need no network.

.cache/apt/<suite>/                 apt's isolated state and the downloaded packages; for an
                                    architecture other than amd64, <suite>-<architecture>
.cache/images/<sha256 of .deb>/     files extracted from one package
.cache/images/<kernel id>.json      the resolved package, with the request it was resolved for
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
from ringside.image.config import require_options
from ringside.image.files import locked, sha256_file, write_atomic
from ringside.image.unpack import unpack


@dataclass(frozen=True)
class DebKernel:
    """A kernel extracted from `package`; `proven` are the options verified in its config."""

    kernel: Path
    version: str
    package: str
    package_sha256: str
    proven: dict[str, str]


class _Resolved(BaseModel):
    """A cached resolution. Paths are relative to the images folder."""

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
    on_fetch: Callable[[], None] | None = None,
) -> DebKernel:
    """Resolve, download and unpack `source`, or use the cached result.

    `on_fetch` is called before the network is used. Raises ImageError if the package is
    unavailable or contains no kernel, and if its config lacks the options that the manifest
    requires.
    """
    images = cache / "images"
    record = images / f"{kernel_id}.json"
    with locked(cache / "apt" / f"{source.suite}.lock"):
        resolved = None if refresh else _load_cached(record, source, images)
        if resolved is None:
            if on_fetch is not None:
                on_fetch()
            resolved = _resolve(source, cache)
            write_atomic(record, (resolved.model_dump_json(indent=2) + "\n").encode())
    return DebKernel(
        kernel=images / resolved.kernel,
        version=resolved.version,
        package=resolved.package,
        package_sha256=resolved.package_sha256,
        proven=_verify_options(resolved, source, images),
    )


def cached_version(kernel_id: str, source: DebImage, cache: Path) -> str | None:
    """The version of the cached package for `source`, or None if none is cached."""
    images = cache / "images"
    resolved = _load_cached(images / f"{kernel_id}.json", source, images)
    return resolved.version if resolved is not None else None


def _load_cached(record: Path, source: DebImage, images: Path) -> _Resolved | None:
    """The cached resolution of the same request, if its files exist and are intact."""
    try:
        resolved = _Resolved.model_validate_json(record.read_bytes())
    except (OSError, ValidationError):
        return None
    kernel = images / resolved.kernel
    if resolved.request != source or not kernel.is_file():
        return None
    if resolved.config is not None and not (images / resolved.config).is_file():
        return None
    return resolved if sha256_file(kernel) == resolved.kernel_sha256 else None


def _resolve(source: DebImage, cache: Path) -> _Resolved:
    suite = AptSuite(source.suite, source.architecture, _state_folder(source, cache))
    suite.update()
    images = cache / "images"
    patterns = [source.kernel] + ([source.config] if source.config else [])
    kernel: tuple[Package, str] | None = None
    config: str | None = None
    for package in suite.resolve(source.package):
        found = _extract(package, suite, patterns, images)
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


def _state_folder(source: DebImage, cache: Path) -> Path:
    """apt's state of one suite and architecture; an update would delete the lists of others."""
    amd64 = source.architecture == "amd64"
    name = source.suite if amd64 else f"{source.suite}-{source.architecture}"
    return cache / "apt" / name


def _extract(
    package: Package, suite: AptSuite, patterns: list[str], images: Path
) -> tuple[str, ...]:
    """Extract the files of `package` that match `patterns`, and delete the .deb."""
    (deb,) = suite.download(package)
    found = unpack(deb, patterns, images / package.sha256)
    deb.unlink()
    return found


def _verify_options(resolved: _Resolved, source: DebImage, images: Path) -> dict[str, str]:
    if not source.prove:
        return {}
    if resolved.config is None:
        raise ImageError(
            f"{resolved.package} contains no file {source.config}: its options can't be checked"
        )
    text = (images / resolved.config).read_text(encoding="utf-8", errors="replace")
    return require_options(f"{resolved.package} {resolved.version}", text, source.prove)
