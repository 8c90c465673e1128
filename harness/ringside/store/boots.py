"""The newest boot without workloads of each kernel, in `results/boots/`.

<id>.json            a boot to the ready text
<id>.log             its console
<id>.observed.json   a boot observed by the QEMU plugin
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import JsonValue, ValidationError

from ringside.errors import StoreError
from ringside.store.schema import BootRecord, Clock, Frozen, ImageRecord

_FOLDER = "boots"
Model = TypeVar("Model", bound=Frozen)


class BootOnlyResult(Frozen):
    """One boot to the ready text. `boot.ready_host_s` is None if it did not appear."""

    schema_version: Literal[1] = 1
    clock: Clock
    qemu_version: str
    cpu_model: str
    machine: str
    memory_mib: int
    image: ImageRecord
    boot: BootRecord


class ObservedBoot(Frozen):
    """A boot observed by the QEMU plugin. `view` is a `ringside.profile.BootView` as JSON."""

    schema_version: Literal[1] = 1
    kernel: str
    qemu_version: str
    image_sha256: str
    ending: str
    view: dict[str, JsonValue]


class BootFolder:
    """The folder of boots. Methods raise StoreError if it can't be read or written."""

    def __init__(self, results: Path) -> None:
        self.path = results / _FOLDER

    @contextlib.contextmanager
    def console(self, kernel_id: str) -> Iterator[tuple[str, Callable[[bytes], object]]]:
        """A new console log of a kernel: its name, and the function that writes to it."""
        name = f"{kernel_id}.log"
        with _convert_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            stream = (self.path / name).open("wb")
        with stream:
            yield name, stream.write

    def keep(self, boot: BootOnlyResult) -> Path:
        """Replace the kernel's stored boot; returns its path."""
        return self._write(f"{boot.boot.kernel}.json", boot)

    def keep_observed(self, boot: ObservedBoot) -> Path:
        """Replace the kernel's stored observed boot; returns its path."""
        return self._write(f"{boot.kernel}.observed.json", boot)

    def load(self, kernel_id: str) -> BootOnlyResult | None:
        """The stored boot of a kernel, or None. Raises StoreError."""
        return self._read(f"{kernel_id}.json", BootOnlyResult)

    def load_observed(self, kernel_id: str) -> ObservedBoot | None:
        """The stored observed boot of a kernel, or None. Raises StoreError."""
        return self._read(f"{kernel_id}.observed.json", ObservedBoot)

    def _write(self, name: str, boot: Frozen) -> Path:
        path = self.path / name
        new = path.with_name(f".{name}.new")
        with _convert_errors(path):
            self.path.mkdir(parents=True, exist_ok=True)
            new.write_text(boot.model_dump_json(indent=2) + "\n", encoding="utf-8")
            new.replace(path)
        return path

    def _read(self, name: str, kind: type[Model]) -> Model | None:
        path = self.path / name
        try:
            return kind.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}") from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise StoreError(
                f"{path}: not a valid boot record: {first['msg']}: boot it again"
            ) from error


@contextlib.contextmanager
def _convert_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{error.filename or path}: {error.strerror}") from error
