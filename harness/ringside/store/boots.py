"""What is kept of kernels that run no workloads, the newest of each: `results/boots/<id>.json`, a
boot to the ready text, its console beside it, `<id>.log`; and `<id>.observed.json`, a boot that was
watched from outside."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import JsonValue, ValidationError

from ringside.errors import StoreError
from ringside.store.schema import BootRecord, Clock, Frozen, ImageRecord

_FOLDER = "boots"
Kept = TypeVar("Kept", bound=Frozen)


class BareBoot(Frozen):
    """One boot to the ready text. `boot.ready_host_s` is None when it never came."""

    schema_version: Literal[1] = 1
    clock: Clock
    qemu_version: str
    cpu_model: str
    machine: str
    memory_mib: int
    image: ImageRecord
    boot: BootRecord


class ObservedBoot(Frozen):
    """A boot that the QEMU plugin watched. `view` is `ringside.profile.BootView`, as JSON."""

    schema_version: Literal[1] = 1
    kernel: str
    qemu_version: str
    image_sha256: str
    ending: str
    view: dict[str, JsonValue]


class BootFolder:
    """Where boots are kept. Raises StoreError when that can't be written."""

    def __init__(self, results: Path) -> None:
        self.path = results / _FOLDER

    @contextlib.contextmanager
    def console(self, kernel_id: str) -> Iterator[tuple[str, Callable[[bytes], object]]]:
        """The name of a kernel's console log, which begins empty, and where its bytes go."""
        name = f"{kernel_id}.log"
        with _storing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            stream = (self.path / name).open("wb")
        with stream:
            yield name, stream.write

    def keep(self, boot: BareBoot) -> Path:
        """Write a boot in place of the kernel's last one."""
        return self._write(f"{boot.boot.kernel}.json", boot)

    def keep_observed(self, boot: ObservedBoot) -> Path:
        """Write a watched boot in place of the kernel's last one."""
        return self._write(f"{boot.kernel}.observed.json", boot)

    def load(self, kernel_id: str) -> BareBoot | None:
        """The newest boot of a kernel, None where there is none. Raises StoreError."""
        return self._read(f"{kernel_id}.json", BareBoot)

    def load_observed(self, kernel_id: str) -> ObservedBoot | None:
        """The newest watched boot of a kernel, None where there is none. Raises StoreError."""
        return self._read(f"{kernel_id}.observed.json", ObservedBoot)

    def _write(self, name: str, boot: Frozen) -> Path:
        path = self.path / name
        new = path.with_name(f".{name}.new")
        with _storing(path):
            self.path.mkdir(parents=True, exist_ok=True)
            new.write_text(boot.model_dump_json(indent=2) + "\n", encoding="utf-8")
            new.replace(path)
        return path

    def _read(self, name: str, kind: type[Kept]) -> Kept | None:
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
def _storing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{error.filename or path}: {error.strerror}") from error
