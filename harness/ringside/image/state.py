"""Whether a kernel's image is at hand, without getting it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ringside.catalog.model import DebImage, FileImage, Kernel, MakeImage
from ringside.image.debian import recall_version


@dataclass(frozen=True)
class ImageState:
    """`here`: there is a file to boot. `obtainable`: a run gets one by itself if there is none."""

    words: str
    here: bool
    obtainable: bool


def image_state(kernel: Kernel, root: Path, cache: Path, given: Path | None) -> ImageState:
    """The state of a kernel's image. Asks no network and builds nothing."""
    source = kernel.image
    if given is not None:
        here = given.is_file()
        return ImageState(f"given: {given}" if here else f"{given}: no such file", here, False)
    if isinstance(source, DebImage):
        version = recall_version(kernel.id, source, cache)
        words = f"{source.suite}, {version or 'not fetched yet'}"
        return ImageState(words, version is not None, True)
    if isinstance(source, MakeImage):
        here = (root / source.directory / source.kernel).is_file()
        return ImageState("built here" if here else "not built yet", here, True)
    if isinstance(source, FileImage):
        return ImageState("none given", False, False)
    return ImageState("none in the manifest", False, False)
