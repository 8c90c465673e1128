"""Images that the user brings: by option, or in a folder whose files are named after kernels."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import ImageError

IMAGES_VARIABLE = "RINGSIDE_IMAGES"


@dataclass(frozen=True)
class Given:
    """Images by kernel id. `strays` are files of the folder that are named after no kernel."""

    images: Mapping[str, Path]
    strays: tuple[str, ...] = ()


def find_given(ids: Iterable[str], named: Mapping[str, Path]) -> Given:
    """The images in `named`, and those in the folder $RINGSIDE_IMAGES for the other `ids`.

    A file belongs to the kernel that it is named after, with or without a suffix: `mine` or
    `mine.elf`. Raises ImageError when the variable names no folder, or two files one kernel.
    """
    folder = os.environ.get(IMAGES_VARIABLE, "").strip()
    if not folder:
        return Given(dict(named))
    known = set(ids)
    found: dict[str, Path] = {}
    strays = []
    try:
        files = sorted(file for file in Path(folder).expanduser().iterdir() if file.is_file())
    except OSError as error:
        raise ImageError(f"{IMAGES_VARIABLE}={folder}: {error.strerror}") from error
    for file in files:
        kernel_id = next((name for name in (file.name, file.stem) if name in known), None)
        if kernel_id is None:
            strays.append(file.name)
        elif kernel_id in found:
            raise ImageError(
                f"{IMAGES_VARIABLE}={folder}: {found[kernel_id].name} and {file.name} both "
                f"match {kernel_id}: keep one"
            )
        else:
            found[kernel_id] = file
    return Given({**found, **named}, tuple(strays))
