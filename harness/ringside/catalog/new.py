"""Write the commented manifest of a new kernel."""

from __future__ import annotations

import datetime
import importlib.resources
import json
import re
import string
from pathlib import Path

from ringside.catalog.load import ALL, Catalog, read_manifest
from ringside.errors import CatalogError

_ID = re.compile(r"[a-z0-9][a-z0-9.-]*")


def write_manifest(catalog: Catalog, kernel_id: str, name: str | None = None) -> Path:
    """Write a valid `kernels/<kernel_id>/kernel.toml` and return its path.

    The kernel is the last in display order. Raises CatalogError if the id is invalid or taken, and
    if the file can't be written.
    """
    if not _ID.fullmatch(kernel_id) or kernel_id == ALL:
        raise CatalogError(
            f"{kernel_id!r} is not a valid kernel id: use lower-case letters, digits, dots and "
            f"hyphens"
        )
    file = catalog.root / "kernels" / kernel_id / "kernel.toml"
    if file.exists():
        raise CatalogError(f"kernels/{kernel_id}/kernel.toml already exists: edit it")
    text = manifest_text(
        kernel_id,
        name or kernel_id,
        order=max((kernel.order for kernel in catalog.kernels), default=0) + 10,
        today=datetime.date.today(),
    )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CatalogError(f"{file}: can't be written: {error.strerror}") from error
    read_manifest(file, catalog.root)
    return file


def manifest_text(kernel_id: str, name: str, order: int, today: datetime.date) -> str:
    """The manifest template with its placeholders replaced. `name` may hold any characters."""
    template = importlib.resources.files("ringside.catalog").joinpath("templates/kernel.toml")
    return string.Template(template.read_text(encoding="utf-8")).substitute(
        id=kernel_id, name=_toml(name), order=order, today=today.isoformat()
    )


def _toml(text: str) -> str:
    """`text` as the contents of a TOML basic string, whose escapes are those of JSON."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)[1:-1].replace("\x7f", "\\u007f")
