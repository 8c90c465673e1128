"""Several CPUs, several tasks on them, and rates: what is counted, and how it is shown."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import runs
from conftest import ROOT, Checkout
from rich.console import Console

from ringside.catalog import load, load_workloads
from ringside.cli.main import run
from ringside.errors import CatalogError, MachineError
from ringside.machine import CLOCKS, MachineSpec, Qemu, build_argv, newer
from ringside.report import charts, html, latency, markdown, page, scaling
from ringside.report.terminal import scaling_table
from ringside.stats.rate import Rate, efficiency, rate_of
from ringside.stats.ratio import Ratio, Side, compare
from ringside.store import Measurement, Run, find_run, load_run

SUBJECT = next(k.id for k in load(ROOT).kernels if k.role == "subject")
TASKS = "op: one thing\ntasks: 1 2 4\naxis: tasks\n"


def one(kernel: str, workload: str, cost: int, **changes: Any) -> Measurement:
    return runs.measurement(kernel, workload, [cost * 10] * 5, **changes)


def test_a_rate_is_the_other_way_round_of_a_cost() -> None:
    assert rate_of(one("a", "g/w", 100)) is None
    moved = one("a", "g/w", 50_000, counts="bytes", bytes=65_536)
    assert rate_of(moved) == Rate(pytest.approx(1310.72), "B/kinstr")
    timed = moved.model_copy(update={"unit": "ns", "clock": "tcg"})
    assert rate_of(timed) == Rate(pytest.approx(1310.72), "MB/s")
    sent = one("a", "g/w", 5_000, counts="messages")
    assert rate_of(sent) == Rate(pytest.approx(200.0), "msg/Minstr")
    assert rate_of(runs.measurement("a", "g/w", status="absent", counts="bytes")) is None


def test_efficiency_is_of_work_in_instructions_and_of_speed_in_time() -> None:
    alone = one("a", "g/w/1", 100, tasks=1)
    four = one("a", "g/w/4", 125, tasks=4)
    assert efficiency(alone, four) == pytest.approx(0.8)
    timed = [m.model_copy(update={"unit": "ns"}) for m in (alone, four)]
    # Four CPUs, and yet an operation takes longer than on one.
    assert efficiency(*timed) == pytest.approx(0.2)
    perfect = one("a", "g/w/4", 25, tasks=4, unit="ns")
    assert efficiency(timed[0], perfect) == pytest.approx(1.0)
    assert efficiency(runs.measurement("a", "g/w/1", status="wrong"), four) is None


def test_of_rates_more_is_better() -> None:
    environment = runs.environment()
    fast, slow = (one(k, "g/w", c, counts="messages") for k, c in (("a", 50), ("b", 100)))
    found = compare(Side(environment, fast), Side(environment, slow))
    assert isinstance(found, Ratio)
    assert (found.value, found.answer, found.cost) == (2.0, "better", 0.5)
    assert found.text() == "better by 100 %"
    other = runs.environment(smp=2)
    refused = compare(Side(other, fast), Side(environment, slow))
    assert not isinstance(refused, Ratio)
    assert refused.reason == "different CPU counts: 2 and 1"


def test_the_table_shows_rates_with_their_unit_and_the_right_colour() -> None:
    made = runs.run(
        [
            one("one", "g/moved", 50_000, counts="bytes", bytes=65_536),
            one("two", "g/moved", 25_000, counts="bytes", bytes=65_536),
            one("one", "g/asked", 100),
            one("two", "g/asked", 50),
        ],
        reference="one",
    )
    table = latency.build(made, [])
    asked, moved = (row.cells[1] for row in sorted(table.rows, key=lambda row: row.name))
    assert (moved.cost_text, moved.ratio_text) == ("2,621 B/kinstr", "2.00\N{MULTIPLICATION SIGN}")
    assert (asked.cost_text, asked.ratio_text) == ("50", "0.50\N{MULTIPLICATION SIGN}")
    assert moved.tint == asked.tint == "down3"
    # The mean is one of costs, so that the two don't cancel out.
    assert table.mean.values == (pytest.approx(1.0), pytest.approx(0.5))
    drawn = charts.draw(table)
    assert [chart.name for chart in drawn] == ["rate-b", "cost", "ratios"]
    # Where ratios stand under each other, a row that goes the other way is marked.
    up = "\N{UPWARDS ARROW}"
    assert f"g/moved {up}" in drawn[-1].svg and f"g/asked {up}" not in drawn[-1].svg


def scaling_run(**changes: Any) -> Run:
    costs = {"processes": (100, 100, 125), "threads": (100, 200, 400)}
    return runs.run(
        [
            one("one", f"scaling/w_{kind}/{n}", cost, counts="operations", tasks=n)
            for kind, found in costs.items()
            for n, cost in zip((1, 2, 4), found, strict=True)
        ],
        environment=runs.environment(smp=4),
        **changes,
    )


def test_scaling_has_a_table_and_a_chart_of_its_own() -> None:
    made = scaling_run()
    view = scaling.build(made, [])
    assert view.tasks == (1, 2, 4)
    processes, threads = view.rows
    assert [c.efficiency_text for c in processes.cells] == ["100 %", "100 %", "80 %"]
    assert [c.efficiency_text for c in threads.cells] == ["100 %", "50 %", "25 %"]
    assert [c.tint for c in threads.cells] == ["", "up2", "up3"]
    assert processes.cells[0].description == "10,000"
    assert latency.build(made, []).rows == ()
    content = page.build(made, [])
    drawn = charts.draw(content.latency, content.scaling)
    assert [chart.name for chart in drawn] == ["scaling"]
    for text in (markdown.render(content, drawn, None), html.render(content, drawn, None)):
        assert "scaling/w_processes" in text.replace("\\", "")
        assert "80 %" in text
        assert "4 CPUs" in text
    table = scaling_table(made, [])
    assert table is not None
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(table)
    assert "geometric mean, threads" in console.export_text()
    assert scaling_table(runs.table_run({"g/w": {"one": 5}}), []) is None


def test_a_workload_that_failed_has_no_efficiency() -> None:
    made = runs.run(
        [
            one("one", "scaling/w_threads/1", 100, counts="operations", tasks=1),
            runs.measurement("one", "scaling/w_threads/2", status="hung", tasks=2),
        ]
    )
    (row,) = scaling.build(made, []).rows
    assert [cell.description for cell in row.cells] == ["10,000", "hung"]
    assert row.cells[1].efficiency is None


def test_the_machine_has_as_many_cpus_as_asked_for() -> None:
    spec = MachineSpec("pc", 512, Path("k"), cpus=4)
    argv = build_argv(spec, CLOCKS["exact"], "qemu", 7)
    assert argv[argv.index("-smp") + 1] == "4"
    assert "tcg,thread=single" in argv
    # In time, CPUs that take turns could never scale.
    assert "tcg,thread=multi" in build_argv(spec, CLOCKS["tcg"], "qemu", 7)
    assert "tcg,thread=single" in build_argv(MachineSpec("pc", 5, None), CLOCKS["tcg"], "qemu", 7)


def test_an_old_qemu_starves_cpus_in_the_exact_clock(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(newer, "find_qemu", lambda arch: Qemu("q", "8.1.0", ""))
    assert newer.find_qemu_for_smp("x86_64", tmp_path).binary == "q"
    monkeypatch.setattr(newer, "find_qemu", lambda arch: Qemu("q", "8.0.9", ""))
    monkeypatch.setattr(newer.platform, "machine", lambda: "riscv64")
    with pytest.raises(MachineError, match=r"more than one CPU in the exact clock needs QEMU 8\.1"):
        newer.find_qemu_for_smp("x86_64", tmp_path)


def test_single_cpu_kernel_rejects_two_cpus(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout()
    assert run(["compare", "--cpus", "2", "--clock", "tcg"]) == 2
    assert "one runs on 1 CPU at most: leave it out, or use --cpus 1" in capsys.readouterr().err
    assert run(["compare", "--sweep", "--scaling"]) == 2
    assert "can't be combined" in capsys.readouterr().err


def many_cpus(root: Path) -> None:
    for manifest in root.glob("kernels/*/kernel.toml"):
        text = manifest.read_text().replace("cmdline =", "cpus = 4, cmdline =")
        manifest.write_text(text)


def test_scaling_runs_on_four_cpus_and_nothing_else_does(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = {"scaling/ok_threads": TASKS}
    root = checkout(workloads=("a/ok", "scaling/ok_threads"), facts=facts)
    many_cpus(root)
    found = load_workloads(root, "linux-x86_64")
    assert found.names == ("a/ok",)
    assert [w.name.rpartition("/")[2] for w in found.scaling] == ["1", "2", "4"]
    assert [w.elf for w in found.initrd_elves(["scaling/ok_threads/2"])] == ["scaling/ok_threads"]
    assert [w.elf for w in found.initrd_elves(["a/ok"])] == ["a/ok"]
    assert [w.elf for w in found.initrd_elves(["a/ok", "scaling/ok_threads/1"])] == [
        "a/ok",
        "scaling/ok_threads",
    ]
    assert run(["compare", "--clock", "tcg", "--workloads", "scaling/ok_threads/2"]) == 2
    assert "needs one CPU per task: use --scaling" in capsys.readouterr().err
    run(["compare", "--clock", "tcg", "--scaling", "--no-report", "--json", "-"])
    made = load_run(find_run(root / "results", None))
    assert made.environment.smp == 4
    assert [m.tasks for m in made.measurements] == [1, 2, 4]
    assert {m.counts for m in made.measurements} == {"operations"}


def test_what_a_workload_counts_is_one_of_three(checkout: Checkout) -> None:
    root = checkout(facts={"a/ok": "op: x\ncounts: sheep\n"})
    with pytest.raises(CatalogError, match="'sheep' is not one of bytes, messages, operations"):
        load_workloads(root, "linux-x86_64")


@pytest.mark.boot
def test_the_kernel_under_test_scales_in_the_exact_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("kernels", "workloads", "kernel-under-test", ".cache"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.setenv("RINGSIDE_ROOT", str(tmp_path))
    some = "scaling/getppid_*,scaling/mutex_*,scaling/fork_processes,scaling/signal_threads"
    argv = ["compare", "--kernels", SUBJECT, "--scaling", "--no-report", "--workloads", some]
    assert run([*argv, "--json", "-"]) == 0, capsys.readouterr()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 18
    assert {line["status"] for line in lines} == {"ok"}
    assert {line["rate_unit"] for line in lines} == {"op/Minstr"}
    costs = {line["workload"]: line["value"] for line in lines}
    # Nothing is shared by these, so that an operation costs the same however many do it.
    for kind in ("processes", "threads"):
        alone, four = (costs[f"scaling/getppid_{kind}/{n}"] for n in (1, 4))
        assert four == pytest.approx(alone, rel=0.05)
