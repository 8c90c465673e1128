"""How costs went over runs and commits, as data and as a new user sees it."""

from __future__ import annotations

import datetime
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import runs
from conftest import Checkout
from rich.console import Console

from ringside.cli.main import run
from ringside.errors import JudgeError, ReportError, StoreError
from ringside.report.history import course, json_lines, script, shown
from ringside.stats import baseline
from ringside.stats.history import History, Reading, history, of_baseline, of_run
from ringside.store import Run
from ringside.store.versions import versions


def reading(hour: int, costs: dict[str, int], **changes: Any) -> Reading:
    """Costs of kernel `a`, read at that hour."""
    started = datetime.datetime(2026, 11, 23, hour, 0, tzinfo=datetime.UTC)
    made = runs.table_run({name: {"a": cost} for name, cost in costs.items()})
    environment = runs.environment(started=started, **changes)
    found = of_run(made.model_copy(update={"environment": environment}), "a", f"run-{hour}")
    assert found is not None
    return found


def values(found: History) -> dict[str, list[float]]:
    return {line.workload: [float(p.value) for p in line.points] for line in found.series}


def words(found: History, width: int = 200) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(shown(found, "A"))
    return out.getvalue()


def test_lines_go_from_the_oldest_reading_to_the_newest() -> None:
    found = history("a", [reading(9, {"g/x": 30, "g/y": 5}), reading(7, {"g/x": 60})])
    assert values(found) == {"g/x": [60, 30], "g/y": [5]}
    x, y = found.series
    assert x.change == 0.5 and x.last_step is not None
    assert x.last_step[1].reading.where == "run-9"
    assert y.change == 1 and y.last_step is None
    assert found.mean == (pytest.approx(0.5), 1)


def test_the_last_step_is_where_the_cost_last_changed() -> None:
    costs = (10, 20, 20, 15, 15)
    (line,) = history("a", [reading(h, {"g/x": c}) for h, c in enumerate(costs)]).series
    assert line.last_step is not None
    assert [point.reading.where for point in line.last_step] == ["run-2", "run-3"]


def test_the_newest_reading_decides_what_it_is_compared_with() -> None:
    found = history(
        "a",
        [
            reading(1, {"g/x": 1}, cpu_model="max"),
            reading(2, {"g/x": 2}, cpu_model="max"),
            reading(3, {"g/x": 3}),
            reading(4, {"g/x": 4}),
        ],
    )
    assert values(found) == {"g/x": [3, 4]}
    assert found.left_out == {"cpu: max, and qemu64 now": 2}
    assert "2 left out, cpu: max, and qemu64 now" in words(found)


def test_costs_of_another_program_are_no_part_of_a_line() -> None:
    old = runs.table_run({"g/x": {"a": 9}})
    other = old.measurements[0].model_copy(update={"elf_sha256": runs.sha256("other")})
    before = of_run(old.model_copy(update={"measurements": (other,)}), "a", "old")
    assert before is not None
    assert values(history("a", [before, reading(23, {"g/x": 7})])) == {"g/x": [7]}


def test_a_run_without_exact_costs_of_the_kernel_is_no_reading() -> None:
    failed = runs.table_run({"g/x": {"a": "hung", "b": 1}})
    assert of_run(failed, "a", "run") is None
    assert of_run(failed, "z", "run") is None
    sampled = runs.environment(clock="tcg")
    good = runs.table_run({"g/x": {"a": 1}}).model_copy(update={"environment": sampled})
    assert of_run(good, "a", "run") is None
    with pytest.raises(JudgeError, match="no exact costs of a are stored: run `ringside compare"):
        history("a", [])


def test_only_changed_workloads_are_shown() -> None:
    found = history("a", [reading(h, {"g/x": 100 + h, "g/y": 5, "g/[b]z": 9 - h}) for h in (1, 2)])
    out = words(found)
    assert "g/x" in out and "g/[b]z" in out and "g/y" not in out
    assert "+0.99 %" in out and "\N{MINUS SIGN}12 %" in out and "11-23 02:00" in out
    assert "A: 2 readings from 2026-11-23 01:00 to 2026-11-23 02:00" in out
    assert "2 workloads changed, 1 did not; geometric mean of 3 costs 0.96" in out
    assert words(history("a", [reading(1, {"g/x": 1})])) == "A: 1 reading\n"


def test_a_course_has_the_first_and_the_last_value_however_many_there_are() -> None:
    assert course([1, 1]) == "▁▁"
    assert course([0, 7, 3.5]) == "▁█▅"
    long = course([0.0, *([1.0] * 1000), 0.0])
    assert len(long) == 12 and long[0] == long[-1] == "▁" and set(long[1:-1]) == {"█"}


def test_chart_rejects_more_lines_than_colours() -> None:
    two = [reading(h, {f"g/{n}": 10 * h for n in range(8)}) for h in (1, 2)]
    made = script(history("a", two), "A")
    assert made.count("EOD") == 2 * 8 and "2 2\n" in made
    nine = [reading(h, {f"g/{n}": 10 for n in range(9)}) for h in (1, 2)]
    with pytest.raises(ReportError, match="8 lines at most, not 9"):
        script(history("a", nine), "A")
    with pytest.raises(ReportError, match="at least two measurements"):
        script(history("a", two[:1]), "A")


def test_json_has_every_point() -> None:
    lines = json_lines(history("a", [reading(h, {"g/x": h}) for h in (1, 2)])).splitlines()
    assert [json.loads(line)["instructions"] for line in lines] == [1, 2]
    assert json.loads(lines[0])["where"] == "run-1"


def commit(root: Path, message: str, *more: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for arguments in (("add", "-A"), (*who, "commit", "-qm", message, *more)):
        subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


def test_the_versions_of_a_file_are_those_of_the_commits_that_changed_it(tmp_path: Path) -> None:
    file = tmp_path / "in" / "file.txt"
    with pytest.raises(StoreError):
        versions(file, 10)
    file.parent.mkdir()
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for number, text in enumerate(("one", "two", None, "three")):
        if text is None:
            file.unlink()
        else:
            file.write_text(text)
        commit(tmp_path, str(number))
        (tmp_path / "else").write_text(str(number))
        commit(tmp_path, "something else")
    found = versions(file, 10)
    assert [version.text for version in found] == ["three", "two", "one"]
    assert found[0].at.tzinfo is not None
    assert [version.text for version in versions(file, 1)] == ["three"]
    with pytest.raises(StoreError, match="no commit has it"):
        versions(file.with_name("other.txt"), 10)


def test_a_baseline_is_a_reading_too() -> None:
    made: Run = runs.table_run({"g/x": {"a": 1000}, "g/gone": {"a": "absent"}})
    kept = baseline.parse(baseline.dump(made, "a"), "here")
    at = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)
    assert values(history("a", [of_baseline(kept, at, "c0ffee")])) == {"g/x": [1000]}


def test_the_command(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    root = checkout(ids=("one", "two"))
    assert run(["history"]) == 2
    assert "no exact costs of two are stored" in capsys.readouterr().err
    for _ in range(2):
        assert run(["compare", "--no-report"]) == 0
    capsys.readouterr()
    assert run(["history", "--kernel", "one"]) == 0
    assert "Kernel one: 2 readings" in capsys.readouterr().out
    assert run(["history", "ok", "--json", "-"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert run(["history", "nothing"]) == 2
    assert "unknown workload with a history 'nothing'" in capsys.readouterr().err
    # The committed baselines, of which git has none, and then one.
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    assert run(["history", "--commits"]) == 2
    assert capsys.readouterr().err.startswith("ringside: ")
    assert run(["check", "--update"]) == 0
    commit(root, "baseline")
    capsys.readouterr()
    assert run(["history", "--commits"]) == 0
    assert "Kernel two: 1 reading" in capsys.readouterr().out
