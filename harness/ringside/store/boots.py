"""The newest boot of each kernel that runs no workloads: `results/boots/<id>.json`, and its console
beside it, `<id>.log`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from ringside.errors import StoreError
from ringside.store.schema import BootRecord, Clock, Frozen, ImageRecord

_FOLDER = "boots"


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
        path = self.path / f"{boot.boot.kernel}.json"
        new = path.with_name(f".{path.name}.new")
        with _storing(path):
            new.write_text(boot.model_dump_json(indent=2) + "\n", encoding="utf-8")
            new.replace(path)
        return path

    def load(self, kernel_id: str) -> BareBoot | None:
        """The newest boot of a kernel, None where there is none. Raises StoreError."""
        path = self.path / f"{kernel_id}.json"
        try:
            return BareBoot.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}") from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise StoreError(f"{path}: not a boot: {first['msg']}: boot it again") from error


@contextlib.contextmanager
def _storing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{error.filename or path}: {error.strerror}") from error
