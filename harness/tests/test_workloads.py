"""What the sources say of themselves, and rows with parameters."""

from __future__ import annotations

from pathlib import Path

import pytest
import runs
from conftest import ROOT, Checkout

from ringside.catalog import load_workloads
from ringside.catalog.facts import WorkloadFacts, parameter_values, read_facts
from ringside.cli.main import run
from ringside.errors import CatalogError
from ringside.report import curves, latency
from ringside.store import Run, find_run, load_run

PORT = "linux-x86_64"
FACTS = {"a/ok": "op: one thing\npoints: 10 100\nsweep: 1 10 100 1k\naxis: things\n"}


def compared(root: Path, *arguments: str) -> Run:
    assert run(["compare", "--no-report", *arguments]) == 0
    return load_run(find_run(root / "results", None))


def test_facts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.facts"
    path.write_text(
        "op: one thing: this\ncovers: lmbench a; b\nneeds: ipc/pipe process/fork\n"
        "points: 10 8x16k\nnote: mind\n"
    )
    assert read_facts(path) == WorkloadFacts(
        op="one thing: this",
        covers=("lmbench a", "b"),
        needs=("ipc/pipe", "process/fork"),
        points=("10", "8x16k"),
        note="mind",
    )
    assert read_facts(tmp_path / "none.facts") == WorkloadFacts()


@pytest.mark.parametrize(
    "text", ["nonsense", "color: red\n", "op: a\nop: b\n", "points: 1 x\n", "sweep: 1kk\n"]
)
def test_bad_facts_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.facts"
    path.write_text(text)
    with pytest.raises(CatalogError, match=r"x\.facts"):
        read_facts(path)


def test_parameters_are_numbers() -> None:
    assert parameter_values("8x16k") == (8, 16384)
    assert parameter_values("4m") == (4 << 20,)
    with pytest.raises(CatalogError):
        parameter_values("x")


def test_points_are_rows_and_sweeps_are_asked_for(checkout: Checkout) -> None:
    root = checkout(facts=FACTS)
    result = compared(root)
    assert [m.workload for m in result.measurements] == ["a/ok/10", "a/ok/100", "b/ok2"]
    assert {m.status for m in result.measurements} == {"ok"}
    assert result.measurements[0].axis == "things"
    assert len({m.elf_sha256 for m in result.measurements[:2]}) == 1
    swept = compared(root, "--sweep")
    assert [m.workload for m in swept.measurements] == [
        "a/ok/1",
        "a/ok/10",
        "a/ok/100",
        "a/ok/1k",
    ]


def test_rows_are_chosen_by_their_elf_or_in_full(checkout: Checkout) -> None:
    root = checkout(facts=FACTS)
    found = load_workloads(root, PORT)
    assert [w.name for w in found.select(["a/ok"])] == ["a/ok/10", "a/ok/100"]
    assert [w.name for w in found.select(["ok"])] == ["a/ok/10", "a/ok/100"]
    assert [w.name for w in found.select(["a/ok/1k", "ok2"])] == ["b/ok2", "a/ok/1k"]
    assert [w.name for w in found.select(["*/1*"])] == ["a/ok/10", "a/ok/100"]
    assert [w.name for w in found.select([], sweep=True)][-1] == "a/ok/1k"
    with pytest.raises(CatalogError):
        found.select(["a/ok/77"])


def test_a_curve_without_rows_is_chosen_by_its_elf(checkout: Checkout) -> None:
    facts = {"a/ok": "op: one thing\nsweep: 1 10\naxis: things\n"}
    found = load_workloads(checkout(facts=facts), PORT)
    assert [w.name for w in found.select(["a/ok"])] == ["a/ok"]
    assert [w.name for w in found.select(["a/ok"], sweep=True)] == ["a/ok/1", "a/ok/10"]


def test_each_in_a_boot_of_its_own(checkout: Checkout) -> None:
    root = checkout(workloads=("a/ok", "b/ok2", "c/ok3"))
    result = compared(root, "--isolate", "boot")
    assert result.isolation == "boot"
    assert sorted(m.boot or 0 for m in result.measurements) == [0, 1, 2]
    assert compared(root).isolation == "child"


def test_a_kernel_that_does_not_boot_is_not_booted_for_each(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = checkout(workloads=("a/ok", "b/ok2", "c/ok3"))
    monkeypatch.setenv("FAKE_QEMU", "silent")
    assert run(["compare", "--no-report", "--isolate", "boot", "--patience", "0.1"]) == 1
    result = load_run(find_run(root / "results", None))
    assert len(result.boots) == 1
    assert {m.status for m in result.measurements} == {"skipped"}


def table(costs: dict[str, int]) -> latency.Latency:
    return latency.build(runs.table_run({n: {"one": c} for n, c in costs.items()}), [])


def test_four_points_make_a_curve() -> None:
    names = {f"g/w/{point}": 100 for point in ("1", "10", "1k", "4k")}
    (curve,) = curves.find(table(names))
    assert (curve.workload, curve.xs, curve.logarithmic) == ("g/w", (1, 10, 1024, 4096), True)
    script = curves.script(curve, table(names))
    assert "set logscale x 10" in script
    assert "4096 100" in script
    assert curves.find(table({f"g/w/{point}": 100 for point in ("1", "10", "100")})) == ()
    assert curves.find(table({f"g/w{n}": 100 for n in range(6)})) == ()


def test_what_is_counted_makes_a_curve_of_rates() -> None:
    made = runs.table_run({f"g/w/{n}": {"one": 100 * n} for n in (1, 2, 4, 8)})
    counted = [m.model_copy(update={"counts": "bytes", "bytes": 50}) for m in made.measurements]
    shown = latency.build(made.model_copy(update={"measurements": tuple(counted)}), [])
    (curve,) = curves.find(shown)
    script = curves.script(curve, shown)
    assert "B/kinstr, more is better" in script and "per operation" not in script
    # 50 bytes for 100 instructions are 500 for a thousand.
    assert "\n1 500\n2 250\n4 125\n" in script


def test_a_curve_over_one_of_two_numbers() -> None:
    (curve,) = curves.find(table({f"g/w/{n}x16k": 100 for n in (2, 4, 8, 16)}))
    assert (curve.xs, curve.ticks) == ((2, 4, 8, 16), ("2", "4", "8", "16"))
    both = {f"g/w/{point}": 100 for point in ("1x2", "1x4", "2x4", "4x4")}
    (curve,) = curves.find(table(both))
    assert (curve.xs, curve.logarithmic) == ((1, 2, 3, 4), False)


def test_every_source_says_what_it_is() -> None:
    """The real ones, as built."""
    found = load_workloads(ROOT, PORT)
    probes = {w.name.removeprefix("probe/") for w in found.probes}
    for workload in (*found.workloads, *found.sweeps, *found.probes):
        assert workload.facts.op, workload.name
        for need in workload.facts.needs:
            assert need in probes, f"{workload.name} needs {need}"
        if workload.facts.sweep:
            assert workload.facts.axis, workload.name
