"""What changed between two runs, as data and as a new user sees it."""

from __future__ import annotations

import io
import json

import pytest
import runs
from conftest import Checkout
from rich.console import Console

from ringside.cli.main import run
from ringside.errors import JudgeError
from ringside.report.changed import changes_shown
from ringside.stats.changes import Comparison, compare_runs
from ringside.store import Run


def kinds(found: Comparison) -> dict[str, str]:
    return {change.workload: change.kind for change in found.costs}


def shown(found: Comparison, everything: bool = False, width: int = 120) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(changes_shown(found, [runs.manifest("a")], everything))
    return out.getvalue()


def before() -> Run:
    return runs.table_run(
        {
            "g/up": {"a": 100, "b": 100},
            "g/down": {"a": 200, "b": 100},
            "g/same": {"a": 100, "b": 100},
            "g/broken": {"a": 100, "b": 100},
            "g/fixed": {"a": "crashed", "b": 100},
            "g/gone": {"a": 1, "b": 1},
        }
    )


def after() -> Run:
    return runs.table_run(
        {
            "g/up": {"a": 125},
            "g/down": {"a": 199},
            "g/same": {"a": 100},
            "g/broken": {"a": "hung"},
            "g/fixed": {"a": 7},
            "g/new": {"a": 1},
        }
    )


def test_each_workload_that_both_runs_have_is_judged() -> None:
    found = compare_runs(before(), after())
    assert found.kernels == ("a",)
    assert kinds(found) == {
        "g/up": "regressed",
        "g/down": "improved",
        "g/same": "same",
        "g/broken": "lost",
        "g/fixed": "gained",
    }
    assert found.only == (("a", "g/gone"), ("a", "g/new"))
    assert found.exit_code == 1
    mean = found.mean("a")
    assert mean is not None and mean[1] == 3
    assert mean[0] == pytest.approx((1.25 * 0.995) ** (1 / 3))


def test_a_tolerance_is_for_both_directions_and_its_bound_is_within() -> None:
    def one(cost: int, tolerance: float) -> str:
        new = runs.table_run({"g/x": {"a": cost}})
        return kinds(compare_runs(runs.table_run({"g/x": {"a": 1000}}), new, tolerance))["g/x"]

    assert [one(cost, 0.01) for cost in (989, 990, 1010, 1011)] == [
        "improved",
        "same",
        "same",
        "regressed",
    ]
    assert one(1001, 0) == "regressed"


def test_no_regression_is_0_and_nothing_to_judge_by_is_2() -> None:
    assert compare_runs(before(), before()).exit_code == 0
    other = after().model_copy(update={"environment": runs.environment(qemu_version="10.0.2")})
    found = compare_runs(runs.table_run({"g/up": {"a": 1}, "g/same": {"a": 1}}), other)
    assert found.exit_code == 2
    # Said once, not for each workload.
    assert shown(found).count("different QEMU versions") == 1
    assert "2 not compared: different QEMU versions: 10.0.2 and 7.2.22" in shown(found)


def test_a_probe_that_works_no_longer_is_a_loss() -> None:
    old = before().model_copy(
        update={"probes": (runs.answer("a", "f/x"), runs.answer("a", "f/y", "absent"))}
    )
    new = (
        runs.answer("a", "f/x", "wrong", detail="open: expected 0, got -2"),
        runs.answer("a", "f/y"),
        runs.answer("a", "f/z", "absent"),
    )
    found = compare_runs(old, before().model_copy(update={"probes": new}))
    assert [(t.probe, t.lost) for t in found.probes] == [("f/x", True), ("f/y", False)]
    assert found.exit_code == 1
    out = shown(found)
    assert "f/x: works, now wrong: open: expected 0, got -2" in out
    assert "f/y: absent, now works" in out and "f/z" not in out


def test_changed_workloads_are_shown_worst_first() -> None:
    out = shown(compare_runs(before(), after()))
    lines = [line.partition("│")[0].strip() for line in out.splitlines() if "│" in line]
    assert lines == ["g/up", "g/broken", "g/down", "g/fixed"]
    assert "regressed, +25 %" in out and "improved, \N{MINUS SIGN}0.5 %" in out
    assert "lost: hung" in out and "gained: it was crashed" in out
    assert "A: 1 regressed, 1 lost, 1 improved, 1 gained, 1 same; geometric mean of 3 costs" in out
    assert "2 in one of the runs only" in out
    assert "g/same" in shown(compare_runs(before(), after()), everything=True)


def test_a_kernel_built_anew_is_named() -> None:
    image = runs.image("a", sha256=runs.sha256("other"), version="2")
    new = before().model_copy(update={"images": (image,)})
    assert "A: different image, 2, not 6.1.176-1" in shown(compare_runs(before(), new))


def test_a_fact_of_a_run_can_not_be_markup() -> None:
    run_ = runs.table_run({"g/[red]x": {"a": 1}})
    assert "g/[red]x" in shown(compare_runs(run_, run_), everything=True)


def test_runs_that_have_nothing_in_common_are_refused() -> None:
    other = runs.table_run({"g/up": {"z": 1}})
    with pytest.raises(JudgeError, match="no kernel in common: a, b and z"):
        compare_runs(before(), other)
    full = before().model_copy(update={"profile": "full"})
    with pytest.raises(JudgeError, match="different profiles: quick and full"):
        compare_runs(before(), full)


def test_the_command(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    root = checkout(ids=("one", "two"))
    assert run(["compare", "--no-report"]) == 0
    first = (root / "results" / "latest").resolve()
    assert run(["compare", "--no-report"]) == 0
    capsys.readouterr()
    assert run(["diff", first.name]) == 0
    assert "Kernel one: 2 same; geometric mean of 2 costs 1.00" in capsys.readouterr().out
    # A run whose costs are other ones: as if the kernel had been changed in between.
    file = first / "measurements.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        for key in ("ticks", "samples"):
            line[key] = [value * 2 for value in line[key]]
        line["value"] *= 2
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run(["diff", first.name, "latest"]) == 0
    assert "improved, \N{MINUS SIGN}50 %" in capsys.readouterr().out
    assert run(["diff", "latest", str(first)]) == 1
    assert "regressed, +100 %" in capsys.readouterr().out
    assert run(["diff", "latest", str(first), "--tolerance", "1"]) == 0
    capsys.readouterr()
    assert run(["diff", "nowhere"]) == 2
    assert "nowhere: not a run directory" in capsys.readouterr().err
