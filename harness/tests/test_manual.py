"""docs/workloads.md holds what the sources say of themselves, all of it and as it is now."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, Checkout

from ringside.catalog import load_workloads
from ringside.cli.main import run
from ringside.errors import ReportError
from ringside.report import manual

DOCUMENT = ROOT / "docs" / "workloads.md"
PORT = "linux-x86_64"
PLACES = "".join(
    f"<!-- ringside {name} -->\n<!-- /ringside {name} -->\n"
    for name in ("workloads", "answers", "probes")
)


def test_the_manual_is_current() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    found = load_workloads(ROOT, PORT)
    assert manual.brought_up_to_date(text, found, "it") == text, (
        "run `ringside workloads --into docs/workloads.md`"
    )


def test_every_program_is_in_the_manual() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    found = load_workloads(ROOT, PORT)
    for workload in found.workloads:
        assert f"| `{workload.elf}` |" in text
    for probe in found.probes:
        assert f"| `{probe.name.removeprefix('probe/')}` |" in text


def test_each_answer_names_its_suite() -> None:
    found = load_workloads(ROOT, PORT)
    for workload in found.workloads:
        for answer in workload.facts.answers:
            assert answer.startswith(manual.SUITES), f"{workload.name}: {answer}"


def test_the_command_fills_the_places(
    checkout: Checkout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout(
        workloads=("a/ok", "probes/x/y"),
        facts={
            "a/ok": "op: one | thing\nanswers: lmbench lat_ok; LEBench ok\nsweep: 1 2\naxis: n\n",
            "probes/x/y": "op: it works\n",
        },
    )
    page = tmp_path / "page.md"
    page.write_text(PLACES)
    assert run(["workloads", "--into", str(page)]) == 0
    text = page.read_text()
    assert "| `a/ok` | one \\| thing | n: curve 1, 2 |" in text
    assert "| lmbench | lat\\_ok | `a/ok` |" in text or "| lmbench | lat_ok | `a/ok` |" in text
    assert "| `x/y` | it works |" in text
    assert "brought up to date" in capsys.readouterr().out
    assert run(["workloads", "--into", str(page)]) == 0
    assert page.read_text() == text
    assert "is up to date" in capsys.readouterr().out


def test_a_document_without_the_places_is_refused() -> None:
    found = load_workloads(ROOT, PORT)
    with pytest.raises(ReportError, match="<!-- ringside workloads -->"):
        manual.brought_up_to_date("nothing here\n", found, "it")
