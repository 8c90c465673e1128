"""Find the checkout and load its `kernels/<id>/kernel.toml` manifests."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ringside.catalog.model import FileImage, Kernel
from ringside.catalog.names import select, unknown
from ringside.errors import CatalogError

ROOT_VARIABLE = "RINGSIDE_ROOT"
ALL = "all"
_LIST_COMMAND = "ringside kernels"


@dataclass(frozen=True)
class Catalog:
    """All kernels of a checkout, in display order."""

    root: Path
    kernels: tuple[Kernel, ...]

    def kernel(self, kernel_id: str) -> Kernel:
        """The kernel with this id. Raises CatalogError, with suggestions, if there is none."""
        for kernel in self.kernels:
            if kernel.id == kernel_id:
                return kernel
        raise unknown("kernel", kernel_id, [k.id for k in self.kernels], _LIST_COMMAND)

    def subject(self) -> Kernel:
        """The kernel under test. Raises CatalogError if no manifest has the role `subject`."""
        for kernel in self.kernels:
            if kernel.role == "subject" and kernel.runnable:
                return kernel
        raise CatalogError("no kernel has the role `subject`: select one with --kernel")

    def select(
        self,
        patterns: Sequence[str],
        user_images: Collection[str] = (),
        *,
        include_boot_only: bool = False,
    ) -> tuple[Kernel, ...]:
        """The kernels that match `patterns` and can run workloads.

        `user_images` are the ids of kernels for which the user supplies an image. Without patterns
        these and the default kernels are selected; `all` selects every kernel that has an image.
        With `include_boot_only` kernels that can only be booted are selected too. Raises
        CatalogError for an unknown kernel, and for one requested by its full name that can't run.
        """
        usable = [k for k in self.kernels if k.runnable or (include_boot_only and k.bootable)]
        available = [k for k in usable if k.id in user_images or not isinstance(k.image, FileImage)]
        if not patterns:
            return tuple(k for k in available if k.default or k.id in user_images)
        chosen = {k.id for k in available} if ALL in patterns else set()
        names = [p for p in patterns if p != ALL]
        chosen.update(select("kernel", names, [k.id for k in self.kernels], _LIST_COMMAND))
        for kernel in self.kernels:
            if kernel.id in patterns and kernel not in usable:
                raise CatalogError(_unusable(kernel))
        found = tuple(k for k in usable if k.id in chosen)
        if not found:
            raise CatalogError(f"no kernel that can be run matches {', '.join(patterns)}")
        return found


def _unusable(kernel: Kernel) -> str:
    missing = missing_key(kernel)
    if missing is not None:
        return f"{kernel.id} can't run yet: it lacks {missing}"
    return f"{kernel.id} runs no workloads: `ringside boot {kernel.id}`"


def missing_key(kernel: Kernel) -> str | None:
    """What the manifest must add, in words, before its kernel can be run; None if nothing."""
    where = f"in kernels/{kernel.id}/kernel.toml"
    if kernel.image is None:
        return f"an [image] section {where}: the source of the kernel's image"
    if kernel.boot is None:
        return f"a [boot] section {where}: the machine and the boot configurations"
    if kernel.boot_only and kernel.console.ready is None:
        return f"the key `console.ready` {where}: the line that reports the kernel up"
    if kernel.port is None and not kernel.boot_only:
        return f"the key `port` {where}: the ABI to build the workloads for"
    return None


def find_root() -> Path:
    """The checkout to work in.

    $RINGSIDE_ROOT if set, else the first of the working directory, its parents and the parents of
    this package that holds `kernels/`. Raises CatalogError if there is none.
    """
    named = os.environ.get(ROOT_VARIABLE)
    if named:
        root = Path(named).expanduser().resolve()
        if not _is_root(root):
            raise CatalogError(
                f"{ROOT_VARIABLE}={named} has no kernels/*/kernel.toml: "
                f"point it at a checkout of Ringside"
            )
        return root
    here = Path.cwd().resolve()
    package = Path(__file__).resolve()
    for candidate in (here, *here.parents, *package.parents):
        if _is_root(candidate):
            return candidate
    raise CatalogError(
        f"no kernels/ directory here or above: run inside a checkout, or set {ROOT_VARIABLE}"
    )


def _is_root(path: Path) -> bool:
    return any(path.glob("kernels/*/kernel.toml"))


def load(root: Path) -> Catalog:
    """Load every manifest under `root`. Raises CatalogError for the first invalid one."""
    files = sorted(root.glob("kernels/*/kernel.toml"))
    kernels = sorted((read_manifest(file, root) for file in files), key=lambda k: (k.order, k.id))
    return Catalog(root=root, kernels=tuple(kernels))


def read_manifest(file: Path, root: Path) -> Kernel:
    """Load one manifest; the directory's name is the kernel's id. Raises CatalogError."""
    shown = file.relative_to(root) if file.is_relative_to(root) else file
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogError(f"{shown}: can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"{shown}: not valid TOML: {error}") from error
    if file.parent.name == ALL:
        raise CatalogError(f"{shown}: `{ALL}` names all kernels: rename the directory")
    if data.get("id", file.parent.name) != file.parent.name:
        raise CatalogError(f"{shown}: id: must be the directory's name (got {data['id']!r})")
    try:
        return Kernel.model_validate({"id": file.parent.name, **data})
    except ValidationError as error:
        raise CatalogError(f"{shown}: {_first_line(error)}") from error


def _first_line(error: ValidationError) -> str:
    """`key: what is expected (got the value)`, and the number of further errors."""
    details = error.errors(include_url=False)
    first = details[0]
    key = ".".join(str(part) for part in first["loc"]) or "(top level)"
    text = first["msg"][:1].lower() + first["msg"][1:]
    came = repr(first["input"])
    if first["type"] == "missing":
        line = f"{key}: this key is required"
    elif first["type"] == "extra_forbidden":
        line = f"{key}: unknown key"
    else:
        line = f"{key}: {text} (got {came if len(came) <= 60 else came[:57] + '...'})"
    if len(details) > 1:
        line += f" (and {len(details) - 1} more)"
    return " ".join(line.split())
