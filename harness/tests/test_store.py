"""Run folders: kept as they grow, read back the same, damaged ones named."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from runs import measurement, run

from ringside.errors import StoreError
from ringside.store import RunFolder, find_run, load_run
from ringside.store.environment import git_state, read_host

NOW = datetime.datetime(2026, 11, 23, 4, 5, 6, tzinfo=datetime.UTC)


def stored(results: Path) -> Path:
    folder = RunFolder.create(results, "exact", NOW)
    first = measurement("one", "a/x")
    folder.add(first)
    folder.finish(run([first, measurement("one", "b/y", status="absent")], reference="one"))
    return folder.path


def test_a_run_is_read_back_as_it_was(tmp_path: Path) -> None:
    path = stored(tmp_path)
    assert path.name == "20261123T040506Z-exact"
    expected = run(
        [measurement("one", "a/x"), measurement("one", "b/y", status="absent")], reference="one"
    )
    assert load_run(path) == expected
    assert find_run(tmp_path, None) == path
    assert find_run(tmp_path, path.name) == path
    assert find_run(tmp_path, str(path)) == path


def test_a_measurement_is_on_disk_as_soon_as_it_is_added(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "exact", NOW)
    folder.add(measurement("one", "a/x"))
    folder.add(measurement("one", "b/y"))
    assert len((folder.path / "measurements.jsonl").read_text().splitlines()) == 2
    assert not (tmp_path / "latest").exists()


def test_the_latest_run_moves(tmp_path: Path) -> None:
    first, second = stored(tmp_path), stored(tmp_path)
    assert first != second
    assert (tmp_path / "latest").resolve() == second


def test_console_bytes_are_kept_raw(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path, "exact", NOW)
    with folder.console("one", 2) as (name, keep):
        keep(b"\x00\xff")
        keep(b"\x1b[2J")
    assert (folder.path / name).read_bytes() == b"\x00\xff\x1b[2J"
    assert name == "console-one-2.log"


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        ("measurements.jsonl", "{", "measurements.jsonl:2: "),
        ("measurements.jsonl", '{"kernel": 1}', "measurements.jsonl:2: kernel: "),
        ("run.json", "{", "run.json: not valid JSON"),
        ("run.json", "[]", "run.json: not valid JSON"),
        ("run.json", "{}", "run.json: profile: Field required"),
    ],
)
def test_a_damaged_run_names_the_place(tmp_path: Path, file: str, line: str, says: str) -> None:
    path = stored(tmp_path)
    if file == "run.json":
        (path / file).write_text(line)
    else:
        good = (path / file).read_text().splitlines()[0]
        (path / file).write_text(f"{good}\n{line}\n")
    with pytest.raises(StoreError) as caught:
        load_run(path)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_run_of_another_schema_is_refused(tmp_path: Path) -> None:
    path = stored(tmp_path)
    data = json.loads((path / "run.json").read_text())
    (path / "run.json").write_text(json.dumps({**data, "schema_version": 2}))
    with pytest.raises(StoreError, match="schema_version"):
        load_run(path)


def test_runs_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="`ringside compare` creates one"):
        find_run(tmp_path, None)
    with pytest.raises(StoreError, match="x: not a run directory"):
        find_run(tmp_path, "x")


def test_results_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file in the way")
    with pytest.raises(StoreError, match="runs"):
        RunFolder.create(tmp_path, "exact", NOW)


def test_the_host_tells_of_itself() -> None:
    host = read_host()
    assert host.cores >= 1
    assert all(getattr(host, name) for name in ("cpu", "os", "kernel", "python"))


def test_a_folder_outside_git_has_no_revision(tmp_path: Path) -> None:
    assert git_state(tmp_path) == (None, False)
