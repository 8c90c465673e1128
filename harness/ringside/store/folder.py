"""Run folders: `results/runs/<UTC time>-<clock>/`, and `results/latest`, a link to the newest.

run.json              one `Run` without its measurements and answers
measurements.jsonl    one `Measurement` per line
probes.jsonl          one `ProbeAnswer` per line, if probes were run
console-<kernel>-<n>.log   the raw console of the n-th boot of a kernel
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ringside.errors import StoreError
from ringside.store.schema import Clock, Measurement, ProbeAnswer, Run

_Line = TypeVar("_Line", bound=BaseModel)

RUN_FILE = "run.json"
LATEST = "latest"
MEASUREMENTS_FILE = "measurements.jsonl"
PROBES_FILE = "probes.jsonl"


class RunFolder:
    """The folder of a run in progress. Each result is written to disk at once."""

    def __init__(self, path: Path, latest: Path) -> None:
        self.path = path
        self._latest = latest
        self._seen: list[Measurement] = []

    @classmethod
    def create(cls, results: Path, clock: Clock, started: datetime.datetime) -> RunFolder:
        """Create a new folder below `results`. Raises StoreError."""
        base = f"{started.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}-{clock}"
        with _convert_errors(results):
            (results / "runs").mkdir(parents=True, exist_ok=True)
            for number in range(1, 1000):
                path = results / "runs" / (base if number == 1 else f"{base}-{number}")
                with contextlib.suppress(FileExistsError):
                    path.mkdir()
                    return cls(path, results / LATEST)
        raise StoreError(f"{results}/runs: too many runs named {base}")

    def add(self, measurement: Measurement) -> None:
        """Append a measurement. Raises StoreError."""
        self._seen.append(measurement)
        with _convert_errors(self.path), (self.path / MEASUREMENTS_FILE).open("a") as stream:
            stream.write(measurement.model_dump_json() + "\n")

    def add_probe(self, answer: ProbeAnswer) -> None:
        """Append a probe's answer. Raises StoreError."""
        with _convert_errors(self.path), (self.path / PROBES_FILE).open("a") as stream:
            stream.write(answer.model_dump_json() + "\n")

    @contextlib.contextmanager
    def console(self, kernel: str, boot: int) -> Iterator[tuple[str, Callable[[bytes], None]]]:
        """A new console log of a boot: its name, and the function that writes to it."""
        name = f"console-{kernel}-{boot}.log"
        with _convert_errors(self.path), (self.path / name).open("wb") as stream:

            def keep(data: bytes) -> None:
                stream.write(data)

            yield name, keep

    def finish(self, run: Run) -> None:
        """Write the complete run and point `latest` at it. Raises StoreError."""
        with _convert_errors(self.path):
            _replace(self.path / MEASUREMENTS_FILE, _lines(run.measurements))
            if run.probes:
                _replace(self.path / PROBES_FILE, _lines(run.probes))
            _replace(
                self.path / RUN_FILE,
                run.model_dump_json(indent=2, exclude={"measurements", "probes"}) + "\n",
            )
            link = self._latest.with_name(f".latest-{os.getpid()}")
            link.unlink(missing_ok=True)
            link.symlink_to(self.path.relative_to(self._latest.parent))
            link.replace(self._latest)


def find_run(results: Path, name: str | None) -> Path:
    """The folder of a run by path or name; the newest for None or `latest`. Raises StoreError."""
    if name is None or name == LATEST:
        if not (results / LATEST / RUN_FILE).is_file():
            raise StoreError("there is no run yet: `ringside compare` creates one")
        return (results / LATEST).resolve()
    for candidate in (Path(name), results / "runs" / name):
        if (candidate / RUN_FILE).is_file():
            return candidate.resolve()
    raise StoreError(f"{name}: not a run directory (it has no {RUN_FILE})")


def newest_runs(results: Path, limit: int) -> Iterator[Path]:
    """The folders of finished runs, newest first, at most `limit`."""
    files = sorted((results / "runs").glob(f"*/{RUN_FILE}"), reverse=True)
    return (file.parent for file in files[:limit])


def load_run(folder: Path) -> Run:
    """Load a run. Raises StoreError with the file and line that is invalid."""
    with _convert_errors(folder):
        head = (folder / RUN_FILE).read_text(encoding="utf-8")
    measurements = _read_lines(folder / MEASUREMENTS_FILE, Measurement)
    probes = (
        _read_lines(folder / PROBES_FILE, ProbeAnswer) if (folder / PROBES_FILE).is_file() else ()
    )
    try:
        return Run.model_validate(
            {**json.loads(head), "measurements": measurements, "probes": probes}
        )
    except ValidationError as error:
        raise StoreError(f"{folder / RUN_FILE}: {_first_error(error)}") from error
    except (ValueError, TypeError) as error:
        raise StoreError(f"{folder / RUN_FILE}: not valid JSON: {error}") from error


def _lines(models: Sequence[BaseModel]) -> str:
    return "".join(f"{model.model_dump_json()}\n" for model in models)


def _read_lines(path: Path, model: type[_Line]) -> list[_Line]:
    with _convert_errors(path):
        lines = path.read_text(encoding="utf-8").splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(model.model_validate_json(line))
        except ValidationError as error:
            raise StoreError(f"{path}:{number}: {_first_error(error)}") from error
    return found


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def _first_error(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    return f"{key + ': ' if key else ''}{first['msg']}"


@contextlib.contextmanager
def _convert_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or path
        raise StoreError(f"{where}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise StoreError(f"{path}: not a text file: {error}") from error
