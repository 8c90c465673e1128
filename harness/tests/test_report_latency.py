"""The latency table: what each cell says, and the means below."""

from __future__ import annotations

import io
import math

import pytest
import runs
from rich.console import Console

from ringside.report import latency
from ringside.report.terminal import latency_table, verdict_table
from ringside.report.text import TIMES
from ringside.stats.judge import Judgement, Verdict
from ringside.store.schema import Machine, Run

CATALOG = [runs.manifest("b", order=1), runs.manifest("a", order=2), runs.manifest("c", order=3)]


def example() -> Run:
    return runs.table_run(
        {
            "z/one": {"a": 100, "b": 50, "c": 400},
            "z/two": {"a": 100, "b": 200, "c": 100},
            "m/three": {"a": 1000, "b": "absent", "c": 1001},
        },
        reference="a",
    )


def rows(table: latency.Latency) -> dict[str, tuple[latency.Cell, ...]]:
    return {row.workload: row.cells for row in table.rows}


def shown(run: Run, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False).print(latency_table(run, CATALOG))
    return out.getvalue()


def test_columns_stand_in_the_catalog_s_order_and_rows_by_group() -> None:
    table = latency.build(example(), CATALOG)
    assert [column.id for column in table.columns] == ["b", "a", "c"]
    assert [row.workload for row in table.rows] == ["m/three", "z/one", "z/two"]
    assert table.reference is not None and table.reference.id == "a"


def test_each_cell_has_its_ratio_to_the_reference() -> None:
    one = rows(latency.build(example(), CATALOG))["z/one"]
    assert [cell.cost_text for cell in one] == ["50", "100", "400"]
    assert [cell.ratio_text for cell in one] == [f"0.50{TIMES}", "", f"4.00{TIMES}"]
    assert [cell.tint for cell in one] == ["down3", None, "up3"]
    assert one[0].description == "better by 50 %"
    assert one[1].description == "the reference"


def test_a_kernel_on_another_machine_has_costs_but_no_ratio() -> None:
    costs = {"z/one": {"a": 100, "b": 50, "c": 400}, "z/two": {"a": 8, "b": 2, "c": 1}}
    run = runs.table_run(costs, reference="a")
    other = Machine(cpu_model="EPYC", machine="pc", memory_mib=512)
    table = latency.build(run.model_copy(update={"machines": {"c": other}}), CATALOG)
    one = rows(table)["z/one"]
    assert one[2].cost_text == "400" and one[2].ratio is None
    assert one[2].why_no_ratio == "different CPU models: EPYC and qemu64"
    # The others' mean does not wait for it.
    assert table.mean.values == (pytest.approx(math.sqrt(1 / 8)), 1.0, None)


def test_what_did_not_work_is_a_word_and_not_a_number() -> None:
    cell = rows(latency.build(example(), CATALOG))["m/three"][0]
    assert (cell.cost, cell.cost_text, cell.ratio_text, cell.tint) == (None, "absent", "", None)


def test_one_instruction_in_a_thousand_is_said_and_not_tinted() -> None:
    cell = rows(latency.build(example(), CATALOG))["m/three"][2]
    assert cell.description == "worse by 0.1 %"
    assert cell.tint == "even"


def test_the_mean_is_over_rows_that_every_kernel_has() -> None:
    mean = latency.build(example(), CATALOG).mean
    assert mean.rows == 2
    assert mean.values == pytest.approx((1.0, 1.0, 2.0))
    assert math.prod(value for value in mean.values if value) == pytest.approx(2.0)


def test_without_a_reference_there_is_no_ratio_and_no_mean() -> None:
    run = example().model_copy(update={"reference": None})
    table = latency.build(run, CATALOG)
    assert all(cell.ratio is None for row in table.rows for cell in row.cells)
    assert table.mean.rows == 0
    assert "no ratio: the reference was not measured" in rows(table)["z/one"][0].description


def test_another_elf_has_a_cost_and_no_ratio() -> None:
    run = runs.run(
        [
            runs.measurement("a", "g/w"),
            runs.measurement("b", "g/w", elf_sha256="0" * 64),
        ],
        reference="a",
    )
    cell = rows(latency.build(run, CATALOG))["g/w"][0]
    assert (cell.cost_text, cell.ratio) == ("100", None)
    assert cell.description == "no ratio: different workload ELFs"


def test_a_workload_that_was_planned_and_not_reached_is_shown() -> None:
    run = example().model_copy(update={"workloads": ("z/one", "z/four")})
    cells = rows(latency.build(run, CATALOG))["z/four"]
    assert [cell.cost_text for cell in cells] == ["not run"] * 3


def test_a_kernel_that_is_not_in_the_catalog_is_shown_by_its_id() -> None:
    table = latency.build(example(), [])
    assert [column.name for column in table.columns] == ["a", "b", "c"]


def test_an_empty_run_is_an_empty_table() -> None:
    table = latency.build(runs.run([], kernels=["a"]), CATALOG)
    assert table.rows == ()
    assert latency_table(runs.run([], kernels=[]), CATALOG).columns == 0


def test_a_narrow_terminal_s_table_is_in_parts_and_cuts_nothing() -> None:
    run = runs.table_run(
        {"group/workload": {f"k{n}": 1_000_000 + n for n in range(9)} | {"ref": 2_000_000}},
        reference="ref",
    )
    wide, narrow, least = shown(run, 200), shown(run, 60), shown(run, 46)
    assert wide.count("2,000,000") == 1 and narrow.count("2,000,000") > 1
    for out in (wide, narrow):
        assert max(map(len, out.splitlines())) <= (200 if out is wide else 60)
        for n in range(9):
            assert out.count(f"{1_000_000 + n:,} 0.50{TIMES}") == 1, out
        # What the whole table is, and how to read it, are said once.
        assert out.count("per operation") == out.count("ratio to") == 1
    assert [least.count(f"k{n}") for n in range(9)] == [1] * 9
    assert least.count("2,000,000") == 9


def test_what_nobody_has_is_counted_and_not_shown() -> None:
    costs = {"z/one": {"a": 100, "b": 50}, "z/two": {"a": "absent", "b": "absent"}}
    out = shown(runs.table_run({**costs, "z/three": {"a": "absent", "b": "wrong"}}))
    assert "z/one" in out and "z/three" in out and "z/two" not in out
    assert "not shown: 1 that no kernel supports" in out


def test_the_terminal_s_table_has_every_number() -> None:
    out = shown(example())
    for piece in ("m/three", "1,000", "absent", f"0.50{TIMES}", f"4.00{TIMES}", "qemu64", "7.2.22"):
        assert piece in out
    assert "geometric mean of 2" in out


def test_spread_is_shown_if_present() -> None:
    run = runs.run([runs.measurement("a", "g/w", [900, 950, 1000, 1050, 1100])], reference="a")
    assert "±10.0%" in shown(run)
    assert "±" not in shown(example()).partition("geometric mean")[0]


def test_costs_spreads_and_ratios_are_aligned() -> None:
    run = runs.run(
        [
            runs.measurement("b", "g/one", [900, 950, 1000, 1050, 1100]),
            runs.measurement("b", "g/two", [10, 10, 10, 10, 10]),
            runs.measurement("a", "g/one", [300, 300, 300, 300, 300]),
            runs.measurement("a", "g/two", [9_000, 9_500, 10_000, 10_500, 11_000]),
        ],
        reference="b",
    )
    one, two = (line for line in shown(run).splitlines() if line.startswith("g/"))
    assert one.split()[2:] == ["100", "±10.0%", "│", "30", f"0.30{TIMES}"]
    assert two.split()[2:] == ["1", "│", "1,000", "±10.0%", f"1,000{TIMES}"]
    for end in ("│", TIMES):
        assert one.index(end) == two.index(end)
    assert one.index(" 100 ") + 2 == two.index(" 1 ")
    narrow = shown(run, 44)
    assert "±" not in narrow.partition("geometric mean")[0]
    assert f"1,000 1,000{TIMES}" in narrow and max(map(len, narrow.splitlines()[1:6])) <= 44


def test_guest_text_is_not_terminal_markup() -> None:
    run = runs.run([runs.measurement("[red]x[/red]", "g/[bold]w", op="\x1b[2J")])
    out = shown(run)
    assert "[red]x[/red]" in out
    assert "g/[bold]w" in out
    assert "\x1b" not in out


def judged(verdict: Verdict, everything: bool = False) -> str:
    out = io.StringIO()
    Console(file=out, width=100).print(verdict_table(verdict, everything))
    return out.getvalue()


def test_the_verdict_shows_what_changed() -> None:
    verdict = Verdict(
        (
            Judgement("g/a", "same", 10, 10),
            Judgement("g/b", "worse", 1000, 1010),
            Judgement("g/c", "failed", 5, None, "hung: [x]\x1b[0m"),
        )
    )
    shown = judged(verdict)
    assert "g/a" not in shown
    assert "+1 %" in shown and "1,010" in shown
    assert "failed: hung: [x]" in shown and "\x1b" not in shown
    assert "3 workloads: 1 worse, 1 same, 1 failed" in shown
    assert "g/a" in judged(verdict, everything=True)


def test_a_verdict_without_change_is_one_line() -> None:
    assert judged(Verdict((Judgement("g/a", "same", 10, 10),))) == "1 workload: 1 same\n"


def test_a_verdict_that_could_not_be_says_why_and_what_to_do() -> None:
    shown = judged(Verdict((), ("qemu: the baseline has 7.2.22, the run 10.0.2",)))
    assert shown.startswith("not compared: qemu: the baseline has 7.2.22, the run 10.0.2\n")
    assert "ringside check --update" in shown


def test_a_gain_says_how_to_keep_it() -> None:
    assert "ringside check --update" in judged(Verdict((Judgement("g/a", "better", 11, 10),)))


def test_a_kernel_alone_has_no_mean_and_no_ratio() -> None:
    run = runs.table_run({"g/one": {"a": 1}, "g/two": {"a": 2}}, reference="a")
    out = shown(run)
    assert "geometric mean" not in out and TIMES not in out
