"""Probes from the record to the report: what a kernel answers is what is kept and shown."""

from __future__ import annotations

from pathlib import Path

import pytest
import runs
from conftest import ROOT, Checkout

from ringside.catalog import load
from ringside.cli.main import run
from ringside.records import Transcript, Verdict
from ringside.records.line import Record, format_line
from ringside.report import markdown, page, probes
from ringside.report.terminal import gaps
from ringside.store import ProbeAnswer, Run, find_run, load_run

PROBES = ("probes/x/ok", "probes/x/absent", "probes/y/wrong")


def probed(root: Path, *arguments: str) -> tuple[int, Run]:
    status = run(["probe", "--no-report", *arguments])
    return status, load_run(find_run(root / "results", None))


def answers(result: Run) -> dict[str, str]:
    return {answer.probe: answer.answer for answer in result.probes}


def transcript_of(**fields: str) -> Transcript:
    transcript = Transcript(["probe/x/y"])
    transcript.feed(format_line(Record(1, 0, "probe", {"family": "x", "name": "y", **fields})))
    end = {"stream": "1", "exit": "0", "signal": "0"}
    transcript.feed(format_line(Record(0, 0, "end", end)))
    return transcript


@pytest.mark.parametrize(
    ("fields", "verdict", "detail"),
    [
        ({"answer": "works"}, Verdict.WHOLE, None),
        (
            {"answer": "absent", "what": "a call", "errno": "38"},
            Verdict.ABSENT,
            "a call: ENOSYS (Function not implemented)",
        ),
        (
            {"answer": "wrong", "what": "a byte", "expected": "1", "got": "-2"},
            Verdict.WRONG,
            "a byte: expected 1, got -2",
        ),
        ({"answer": "perhaps"}, Verdict.TORN, "record probe: unknown answer perhaps"),
        ({}, Verdict.TORN, "record probe: unknown answer ?"),
        (
            {"answer": "works", "name": "z"},
            Verdict.TORN,
            "record probe: the process identifies itself as probe/x/z",
        ),
    ],
)
def test_an_answer_of_a_record(fields: dict[str, str], verdict: Verdict, detail: str) -> None:
    result = transcript_of(**fields).result(0)
    assert (result.verdict, result.detail) == (verdict, detail)


def test_a_probe_that_says_nothing_gave_no_answer() -> None:
    transcript = Transcript(["probe/x/y"])
    end = {"stream": "1", "exit": "0", "signal": "0"}
    transcript.feed(format_line(Record(0, 0, "end", end)))
    assert transcript.result(0).verdict is Verdict.TORN


def test_the_command_asks_every_kernel(checkout: Checkout) -> None:
    root = checkout(
        ids=("one", "two"),
        workloads=("a/ok", *PROBES, "probes/y/some_target"),
        facts={"probes/x/ok": "op: it is there\n"},
    )
    status, result = probed(root)
    assert status == 1
    assert result.measurements == ()
    assert answers(result) == {"x/ok": "works", "x/absent": "absent", "y/wrong": "wrong"}
    assert [a.kernel for a in result.probes] == ["one"] * 3 + ["two"] * 3
    assert {a.probe: a.asks for a in result.probes}["x/ok"] == "it is there"
    assert all(
        a.boot is not None and result.boots[a.boot].kernel == a.kernel for a in result.probes
    )


def test_some_of_the_probes(checkout: Checkout) -> None:
    root = checkout(workloads=("a/ok", *PROBES))
    assert answers(probed(root, "--probes", "x")[1]) == {"x/absent": "absent", "x/ok": "works"}
    assert answers(probed(root, "--probes", "y/wrong")[1]) == {"y/wrong": "wrong"}
    assert answers(probed(root, "--probes", "*/o*")[1]) == {"x/ok": "works"}
    assert run(["probe", "--probes", "nothing"]) == 2


def test_what_a_manifest_explains_is_no_failure(checkout: Checkout) -> None:
    root = checkout(workloads=("a/ok", *PROBES))
    manifest = root / "kernels" / "one" / "kernel.toml"
    text = manifest.read_text()
    manifest.write_text(f'{text}\n[probes."y/wrong"]\nanswer = "wrong"\nwhy = "so it is meant"\n')
    assert probed(root)[0] == 0


def test_a_probe_that_kills_the_kernel_is_blamed_and_the_rest_asked(checkout: Checkout) -> None:
    root = checkout(workloads=("a/ok", "probes/x/panic", "probes/x/ok"))
    status, result = probed(root)
    assert status == 1
    assert answers(result) == {"x/ok": "works", "x/panic": "panicked"}
    kernel_died = next(a for a in result.probes if a.answer == "panicked")
    assert "Kernel panic" in (kernel_died.detail or "")


def test_compare_runs_probes_unless_disabled(checkout: Checkout) -> None:
    root = checkout(workloads=("a/ok", *PROBES))
    assert run(["compare", "--no-report"]) == 0
    result = load_run(find_run(root / "results", None))
    assert len(result.probes) == 3
    assert [m.workload for m in result.measurements] == ["a/ok"]
    assert len({boot.initrd_sha256 for boot in result.boots}) == 2
    for arguments in (["--no-probes"], ["--workloads", "ok"]):
        assert run(["compare", "--no-report", *arguments]) == 0
        assert load_run(find_run(root / "results", None)).probes == ()


def test_the_list(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    checkout(workloads=("a/ok", *PROBES), facts={"probes/x/ok": "op: it is there\n"})
    assert run(["probe", "--list"]) == 0
    shown = capsys.readouterr().out
    assert "x/ok" in shown
    assert "it is there" in shown


def made_up() -> Run:
    found: list[ProbeAnswer] = []
    for kernel in ("alpha", "beta"):
        found += [runs.answer(kernel, "x/one"), runs.answer(kernel, "x/two")]
        found.append(runs.answer(kernel, "y/three"))
    found[1] = runs.answer("alpha", "x/two", "wrong", detail="a|b: expected 1, got 2")
    found[5] = runs.answer("beta", "y/three", "absent", detail="call: ENOSYS")
    measured = [runs.measurement(kernel, "g/w") for kernel in ("alpha", "beta")]
    return runs.run(measured, probes=tuple(found))


def test_the_report_counts_by_family_and_names_the_gaps() -> None:
    expected = {"y/three": {"answer": "absent", "why": "left out"}}
    kernels = [runs.manifest("alpha"), runs.manifest("beta", probes=expected)]
    view = probes.build(made_up(), kernels, ["alpha", "beta"])
    assert view.kernels == ("Alpha", "Beta")
    assert [(f.name, f.works(0), f.works(1), len(f.rows)) for f in view.families] == [
        ("x", 1, 2, 2),
        ("y", 1, 0, 1),
    ]
    assert (view.works(0), view.works(1), view.total) == (2, 2, 3)
    assert gaps(made_up(), kernels) == (
        "Alpha x/two: wrong: a|b: expected 1, got 2",
        "Beta y/three: absent: call: ENOSYS (left out)",
    )
    shown = markdown.render(page.build(made_up(), kernels), (), None)
    assert "| x | 1 of 2 | 2 of 2 |" in shown
    assert "- **Alpha**, x/two (two is there): wrong: a\\|b: expected 1, got 2" in shown
    assert "absent: call: ENOSYS (left out)" in shown


def test_a_kernel_that_lacks_everything_has_one_line() -> None:
    lacks = [runs.answer("beta", probe, "absent") for probe in ("x/one", "y/two")]
    found = runs.run([], kernels=["alpha", "beta"]).model_copy(
        update={"probes": (runs.answer("alpha", "x/one", "absent"), *lacks)}
    )
    # The first was not asked for the other: that it lacks all is not known.
    assert gaps(found, []) == (
        "alpha x/one: absent",
        "alpha y/two: not asked",
        "beta: supports none of the features that the 2 probes need",
    )


def test_an_explanation_of_another_answer_explains_nothing() -> None:
    kernel = runs.manifest("beta", probes={"y/three": {"answer": "wrong", "why": "left out"}})
    assert probes.explanation(runs.answer("beta", "y/three", "absent"), kernel) is None
    assert probes.explanation(runs.answer("beta", "y/three", "wrong"), kernel) == "left out"


def test_a_run_without_probes_says_nothing_of_them() -> None:
    found = runs.run([runs.measurement("alpha", "g/w")])
    assert "Features, probed" not in markdown.render(
        page.build(found, [runs.manifest("alpha")]), (), None
    )


@pytest.mark.boot
def test_all_works_on_the_reference_but_what_its_manifest_explains() -> None:
    """Probes are proven on a kernel that is known to have what they ask for."""
    reference = next(k for k in load(ROOT).kernels if k.role == "reference")
    assert run(["probe", "--no-report", "--kernels", reference.id]) == 0
    result = load_run(find_run(ROOT / "results", None))
    assert len(result.probes) >= 120
    fine = {a.probe for a in result.probes if a.answer == "works"}
    assert {a.probe for a in result.probes} - fine == set(reference.probes)
