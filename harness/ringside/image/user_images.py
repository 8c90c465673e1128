"""Images supplied by the user, by option or in a directory of files named after kernels."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import ImageError

IMAGES_VARIABLE = "RINGSIDE_IMAGES"


@dataclass(frozen=True)
class UserImages:
    """Images by kernel id. `unmatched` are files of the directory that match no kernel."""

    images: Mapping[str, Path]
    unmatched: tuple[str, ...] = ()


def find_user_images(ids: Iterable[str], by_option: Mapping[str, Path]) -> UserImages:
    """The images of `by_option`, and for other `ids` those in the directory $RINGSIDE_IMAGES.

    A file is named after its kernel, with or without a suffix: `mine` or `mine.elf`. Raises
    ImageError if the variable names no directory, or two files match one kernel.
    """
    folder = os.environ.get(IMAGES_VARIABLE, "").strip()
    if not folder:
        return UserImages(dict(by_option))
    known = set(ids)
    found: dict[str, Path] = {}
    unmatched = []
    try:
        files = sorted(file for file in Path(folder).expanduser().iterdir() if file.is_file())
    except OSError as error:
        raise ImageError(f"{IMAGES_VARIABLE}={folder}: {error.strerror}") from error
    for file in files:
        kernel_id = next((name for name in (file.name, file.stem) if name in known), None)
        if kernel_id is None:
            unmatched.append(file.name)
        elif kernel_id in found:
            raise ImageError(
                f"{IMAGES_VARIABLE}={folder}: {found[kernel_id].name} and {file.name} both "
                f"match {kernel_id}: keep one"
            )
        else:
            found[kernel_id] = file
    return UserImages({**found, **by_option}, tuple(unmatched))
