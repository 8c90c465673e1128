"""Whether a kernel's image is available, without obtaining it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ringside.catalog.model import DebImage, FileImage, Kernel, MakeImage
from ringside.image.debian import cached_version


@dataclass(frozen=True)
class ImageState:
    """`here`: the file exists. `obtainable`: a run can fetch or build it. `text`: for display."""

    text: str
    here: bool
    obtainable: bool


def image_state(kernel: Kernel, root: Path, cache: Path, user_image: Path | None) -> ImageState:
    """The state of a kernel's image, without network access or a build."""
    source = kernel.image
    if user_image is not None:
        here = user_image.is_file()
        return ImageState(
            f"given: {user_image}" if here else f"{user_image}: no such file", here, False
        )
    if isinstance(source, DebImage):
        version = cached_version(kernel.id, source, cache)
        text = f"{source.suite}, {version or 'not fetched yet'}"
        return ImageState(text, version is not None, True)
    if isinstance(source, MakeImage):
        here = (root / source.directory / source.kernel).is_file()
        return ImageState("built here" if here else "not built yet", here, True)
    if isinstance(source, FileImage):
        return ImageState("none given", False, False)
    return ImageState("none in the manifest", False, False)
