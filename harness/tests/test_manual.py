"""docs/workloads.md holds what the sources say of themselves, all of it and as it is now."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, Checkout

from ringside.catalog import load_workloads
from ringside.cli.main import run
from ringside.errors import ReportError
from ringside.report import entries, manual

DOCUMENT = ROOT / "docs" / "workloads.md"
PORT = "linux-x86_64"
PLACES = "".join(
    f"<!-- ringside {name} -->\n<!-- /ringside {name} -->\n"
    for name in ("workloads", "answers", "unanswered", "probes")
)
KNOWN = entries.load(ROOT / "docs" / "entries.toml")
FEW = """
[suites]
lmbench = ["lat_ok", "bw_none"]
LEBench = ["ok"]
[[reasons]]
lmbench = ["bw_none"]
why = "no kernel is in it"
"""


def test_the_manual_is_current() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    found = load_workloads(ROOT, PORT)
    assert manual.update_document(text, found, KNOWN, "it") == text, (
        "run `ringside workloads --into docs/workloads.md`"
    )


def test_every_program_is_in_the_manual() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    found = load_workloads(ROOT, PORT)
    for workload in found.workloads:
        assert f"| `{workload.elf}` |" in text
    for probe in found.probes:
        assert f"| `{probe.name.removeprefix('probe/')}` |" in text


def test_each_entry_of_each_suite_is_answered_or_excused() -> None:
    found = load_workloads(ROOT, PORT)
    workloads = (*found.workloads, *found.sweeps, *found.scaling)
    assert not entries.complaints(KNOWN, [a for w in workloads for a in w.facts.covers])


def test_uncovered_entries_are_found(tmp_path: Path) -> None:
    path = tmp_path / "entries.toml"
    path.write_text(FEW)
    known = entries.load(path)
    assert not entries.complaints(known, ["lmbench lat_ok", "LEBench ok (approximate)"])
    assert entries.complaints(known, ["lmbench lat_ok", "lmbench bw_none", "LEBench odd"]) == (
        "LEBench odd: no such entry",
        "LEBench ok: neither covered nor explained",
        "lmbench bw_none: covered and explained",
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('["bw_none"]\nwhy', '["bw_odd"]\nwhy'), "a reason names lmbench bw_odd, no entry"),
        (("why =", "wy ="), "a reason needs a `why`"),
        (("[suites]", "[suite]"), "entries.toml"),
        (("[[reasons]]", "[reasons]]"), "entries.toml"),
    ],
)
def test_a_list_that_is_not_right(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    path = tmp_path / "entries.toml"
    path.write_text(FEW.replace(*change))
    with pytest.raises(ReportError, match=says):
        entries.load(path)
    with pytest.raises(ReportError, match="No such file"):
        entries.load(tmp_path / "none")


def test_the_command_fills_the_places(
    checkout: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = checkout(
        workloads=("a/ok", "probes/x/y"),
        facts={
            "a/ok": "op: one | thing\ncovers: lmbench lat_ok; LEBench ok\nsweep: 1 2\naxis: n\n",
            "probes/x/y": "op: it works\n",
        },
    )
    (root / "docs").mkdir()
    (root / "docs" / "entries.toml").write_text(FEW)
    page = tmp_path / "page.md"
    page.write_text(PLACES)
    assert run(["workloads", "--into", str(page)]) == 0
    text = page.read_text()
    assert "| `a/ok` | one \\| thing | n: curve 1, 2 |" in text
    assert "| lmbench | lat\\_ok | `a/ok` |" in text or "| lmbench | lat_ok | `a/ok` |" in text
    assert "| lmbench `bw_none` | no kernel is in it |" in text
    assert "| `x/y` | it works |" in text
    assert "updated" in capsys.readouterr().out
    assert run(["workloads", "--into", str(page)]) == 0
    assert page.read_text() == text
    assert "is up to date" in capsys.readouterr().out


def test_a_document_without_the_places_is_refused() -> None:
    found = load_workloads(ROOT, PORT)
    with pytest.raises(ReportError, match="<!-- ringside workloads -->"):
        manual.update_document("nothing here\n", found, KNOWN, "it")
