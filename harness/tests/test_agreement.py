"""Ours beside what other suites' loops give: within 10 %, or with a reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import runs
from conftest import ROOT, Checkout

from ringside.catalog import load as load_catalog
from ringside.catalog import load_workloads
from ringside.cli.main import run
from ringside.errors import ReportError
from ringside.report import agreement
from ringside.store import find_run, load_run

KNOWN = agreement.load(ROOT / "docs" / "agreement.toml")
REFERENCE = next(k.id for k in load_catalog(ROOT).kernels if k.role == "reference")
MADE_UP = """
kernels = ["one", "two"]
[[rows]]
what = "a"
ours = { "g/w" = 2, "g/v" = -1 }
theirs = [100, 50]
why = "so"
"""


def known(folder: Path, text: str = MADE_UP) -> agreement.Agreement:
    path = folder / "agreement.toml"
    path.write_text(text)
    return agreement.load(path)


def test_ours_is_a_sum_and_the_gap_is_over_theirs(tmp_path: Path) -> None:
    made = runs.table_run({"g/w": {"one": 80, "two": 40}, "g/v": {"one": 50, "two": "absent"}})
    ((_, (one, two)),) = agreement.pairs(known(tmp_path), made)
    assert (one.ours, one.gap) == (110, pytest.approx(0.1))
    assert (two.ours, two.gap) == (None, None)
    table = agreement.table(known(tmp_path), made, [])
    assert "| a | 2 \N{MULTIPLICATION SIGN} `g/w` - `g/v` | 110 / 100, +10 % |" in table
    assert "- **a**: so" in table
    timed = runs.run(made.measurements, environment=runs.environment(clock="tcg"))
    with pytest.raises(ReportError, match="use --clock exact"):
        agreement.pairs(known(tmp_path), timed)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[100, 50]", "[100]"), "a: needs `ours`, and one figure per kernel in `theirs`"),
        (("why", "wy"), "Extra inputs"),
        (("[[rows]]", "[[rows]"), "agreement.toml"),
    ],
)
def test_a_file_that_is_not_right(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    with pytest.raises(ReportError, match=says):
        known(tmp_path, MADE_UP.replace(*change))
    with pytest.raises(ReportError, match="No such file"):
        agreement.load(tmp_path / "none")


def test_all_of_it_is_measured_here() -> None:
    found = load_workloads(ROOT, "linux-x86_64")
    names = {w.name for w in (*found.workloads, *found.sweeps)}
    assert names.issuperset(agreement.workloads(KNOWN))
    assert REFERENCE in KNOWN.kernels


def test_the_manual_has_a_reason_for_each_larger_gap() -> None:
    text = (ROOT / "docs" / "workloads.md").read_text(encoding="utf-8")
    table = text.partition(agreement.MARKS[0])[2].partition(agreement.MARKS[1])[0]
    lines = {line.split(" | ")[0].removeprefix("| "): line for line in table.splitlines()}
    for row in KNOWN.rows:
        gaps = [int(gap) for gap in re.findall(r", ([+-][0-9]+) %", lines[row.what])]
        far = len(gaps) < len(KNOWN.kernels) or any(abs(gap) > 10 for gap in gaps)
        assert row.why or not far, row.what


def test_command_requires_run_and_file(
    checkout: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = checkout()
    assert run(["workloads", "--agreement", "x"]) == 2
    assert "--agreement needs --into" in capsys.readouterr().err
    page = tmp_path / "page.md"
    page.write_text("\n".join(agreement.MARKS) + "\n")
    (root / "docs").mkdir()
    known(root / "docs")
    assert run(["workloads", "--agreement", "x", "--into", str(page)]) == 2
    assert "x: not a run directory" in capsys.readouterr().err
    assert run(["compare", "--no-report"]) == 0
    folder = str(find_run(root / "results", None))
    assert run(["workloads", "--agreement", folder, "--into", str(page)]) == 0
    assert "| a | 2" in page.read_text()


@pytest.mark.boot
def test_the_reference_agrees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("kernels", "workloads", "kernel-under-test", ".cache"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.setenv("RINGSIDE_ROOT", str(tmp_path))
    # The largest says only that it is another operation.
    some = [name for name in agreement.workloads(KNOWN) if name != "process/fork_mapped/12000"]
    argv = ["compare", "--kernels", REFERENCE, "--no-report", "--no-probes", "--workloads"]
    assert run([*argv, ",".join(some)]) == 0
    made = load_run(find_run(tmp_path / "results", None))
    place = KNOWN.kernels.index(REFERENCE)
    for row, found in agreement.pairs(KNOWN, made):
        gap = found[place].gap
        assert gap is not None or "process/fork_mapped/12000" in row.ours, row.what
        assert row.why or gap is None or abs(gap) <= agreement.CLOSE, f"{row.what}: {gap:+.1%}"
