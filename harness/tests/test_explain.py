"""From a plugin's log to phases, functions, stacks, graphs and tables."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from conftest import ROOT, Checkout
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ringside.cli.main import run
from ringside.errors import ProfileError, ReportError
from ringside.image import Symbols
from ringside.machine import Qemu
from ringside.profile import Explanation, Names, PluginLog, explain, read_log
from ringside.profile.log import Window
from ringside.profile.names import OTHER
from ringside.records import Result, Verdict
from ringside.report import example, explain_files, explained
from ringside.report.flame import flame, folded

OWNER, STRANGER = 0x1000, 0x2000
KERNEL = Symbols(
    starts=(0x100, 0x200, 0x300, 0x400, 0x500),
    names=("entry", "sys_read", "copy.part.0", "schedule", "switch"),
    sizes=(0x100,) * 5,
)
USER = Symbols(starts=(0x10,), names=("run",), sizes=(0x40,))
NODES = (
    (0, None, "user", 0, OWNER),
    (1, None, "user", 0, STRANGER),
    (2, None, "syscall", 0, 0),
    (3, 2, "entry", 0, 0),
    (4, 2, "exit", 0, 0),
    (5, 2, "call", 0x110, 0x200),
    (6, 5, "call", 0x210, 0x300),
    (7, 5, "call", 0x220, 0x400),
    (8, 7, "call", 0x410, 0x500),
    (9, 6, "fault", 0x305, 14),
    (10, 9, "call", 0x120, 0x200),
    (11, None, "thread", 0, 0),
)
CELLS = (
    (0, 0x10, 20, 0),
    (1, 0x10, 3, 0),
    (3, 0x100, 7, 0),
    (4, 0x150, 5, 0),
    (5, 0x200, 30, 4),
    # Reached by a jump: another function than the one that was called.
    (5, 0x300, 11, 0),
    (6, 0x300, 13, 0),
    (7, 0x400, 17, 0),
    (8, 0x500, 19, 0),
    (9, 0x100, 2, 0),
    (10, 0x200, 9, 0),
    (11, 0x999, 1, 0),
)
TOTAL = sum(cell[2] for cell in CELLS)
READINGS = 3


def node_line(node: tuple[int, int | None, str, int, int]) -> str:
    keys = ("id", "parent", "kind", "site", "value")
    return json.dumps({"type": "node", **dict(zip(keys, node, strict=True))})


def window_line(number: int, cells: tuple[tuple[int, int, int, int], ...], extra: int = 0) -> str:
    total = sum(cell[2] for cell in cells) + extra
    return json.dumps(
        {
            "type": "window",
            "number": number,
            "opened": 1000 * number,
            "closed": 1000 * number + total,
            "appeared": 1,
            "elsewhere": 2,
            "cells": cells,
            "entered": [[5, 2], [6, 4], [10, 1]],
        }
    )


def made_up_log(folder: Path, extra: int = 0) -> PluginLog:
    """A warm-up, three repetitions of which the second is the median, and one of overhead."""
    cheap, dear = CELLS[1:], (*CELLS, (11, 0x998, 50, 0))
    windows = (CELLS, dear, CELLS, cheap, ((0, 0x10, 4 + READINGS, 0),))
    lines = ['{"type":"head","version":1,"target":"x86_64","api":4}']
    lines += [node_line(node) for node in NODES]
    lines += [window_line(i, cells, extra) for i, cells in enumerate(windows, 1)]
    path = folder / "log.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return read_log(path)


RESULT = Result(
    name="file/read",
    verdict=Verdict.WHOLE,
    op="one read",
    iterations=10,
    warmup=1,
    ticks=(TOTAL + 50 - READINGS, TOTAL - READINGS, TOTAL - 20 - READINGS),
    overhead=(4,),
)


def explanation(folder: Path, result: Result = RESULT) -> Explanation:
    return explain("one", made_up_log(folder), result, Names(KERNEL, USER), ("schedule",))


def test_the_median_repetition_is_explained(tmp_path: Path) -> None:
    found = explanation(tmp_path)
    assert (found.total, found.ticks, found.readings, found.idle) == (
        TOTAL,
        TOTAL - READINGS,
        READINGS,
        0,
    )
    assert (found.repeats, found.appeared, found.elsewhere) == (4, 1, 2)


def test_phases_functions_and_stacks_each_sum_to_the_window(tmp_path: Path) -> None:
    found = explanation(tmp_path)
    assert sum(found.phases.values()) == TOTAL
    assert sum(f.instructions for f in found.functions) == TOTAL
    assert sum(found.stacks.values()) == TOTAL


def test_phases(tmp_path: Path) -> None:
    assert explanation(tmp_path).phases == {
        "user": 23,
        "entry": 7,
        "syscall": 30 + 11 + 13,
        "scheduler": 17 + 19,
        "fault": 2 + 9,
        "exit": 5,
        "kernel thread": 1,
    }


def test_functions_are_named_and_their_calls_counted(tmp_path: Path) -> None:
    functions = {f.name: (f.instructions, f.calls) for f in explanation(tmp_path).functions}
    assert functions == {
        "sys_read": (30 + 9, 2 + 1),
        "copy": (11 + 13, 4),
        "run": (20, 0),
        "switch": (19, 0),
        "schedule": (17, 0),
        "entry": (7 + 5 + 2, 0),
        OTHER: (3, 0),
        "0x999": (1, 0),
    }


def test_stacks_show_who_called_and_what_was_interrupted(tmp_path: Path) -> None:
    stacks = explanation(tmp_path).stacks
    inside = ("syscall 0", "entry", "sys_read", "copy")
    assert stacks[(*inside, "fault 14", "entry", "sys_read")] == 9
    assert stacks[inside] == 11 + 13
    assert stacks[("syscall 0", "[exit]", "entry")] == 5
    assert stacks[("kernel thread", "0x999")] == 1


def test_a_halted_cpu_shows_as_idle(tmp_path: Path) -> None:
    ticks = (RESULT.ticks[0] + 700, RESULT.ticks[1] + 700, RESULT.ticks[2] + 700)
    assert explanation(tmp_path, dataclasses.replace(RESULT, ticks=ticks)).idle == 700


def test_what_does_not_add_up_is_refused(tmp_path: Path) -> None:
    fewer = dataclasses.replace(RESULT, ticks=tuple(tick - 1 for tick in RESULT.ticks))
    with pytest.raises(ProfileError, match=r"has \d+ instructions, the workload counted"):
        explanation(tmp_path, fewer)
    with pytest.raises(ProfileError, match="the plugin saw 5 windows"):
        explanation(tmp_path, dataclasses.replace(RESULT, warmup=2))
    with pytest.raises(ProfileError, match="has no samples"):
        explanation(tmp_path, dataclasses.replace(RESULT, ticks=()))
    log = made_up_log(tmp_path, extra=1)
    with pytest.raises(ProfileError, match="window 1 does not add up"):
        explain("one", log, RESULT, Names(KERNEL, USER), ())
    two = dataclasses.replace(RESULT, warmup=0, overhead=(4, 5))
    with pytest.raises(ProfileError, match="windows and readings differ by"):
        explain("one", made_up_log(tmp_path), two, Names(KERNEL, USER), ())


def test_a_damaged_log_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with pytest.raises(ProfileError, match=r"left no log\.jsonl"):
        read_log(path)
    path.write_text('{"type":"head","version":1,"target":"x86_64","api":4}\n{"type":"window"')
    with pytest.raises(ProfileError, match=r"log.jsonl:2: not a valid line"):
        read_log(path)


def test_windows_know_their_total() -> None:
    window = Window.model_validate_json(window_line(7, CELLS))
    assert window.total == TOTAL


FRAMES = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=8)
STACKS = st.dictionaries(
    st.lists(FRAMES, min_size=1, max_size=6).map(tuple),
    st.integers(min_value=1, max_value=10**9),
    min_size=1,
    max_size=12,
)


@given(STACKS, STACKS)
def test_graphs_of_any_names_are_well_formed(
    stacks: dict[tuple[str, ...], int], before: dict[tuple[str, ...], int]
) -> None:
    for svg in (flame(stacks, "<&>", 3), flame(stacks, "x", 3, (before, 7))):
        root = ET.fromstring(svg)
        widths = [
            float(rect.attrib["width"])
            for rect in root.iter("{http://www.w3.org/2000/svg}rect")
            if "%" not in rect.attrib["width"]
        ]
        assert max(widths) <= 1180.01
        assert "script" not in svg.lower() or any("script" in "".join(s).lower() for s in stacks)


@given(STACKS)
def test_folded_lines_keep_every_instruction(stacks: dict[tuple[str, ...], int]) -> None:
    lines = folded(stacks).splitlines()
    assert sum(int(line.rpartition(" ")[2]) for line in lines) == sum(stacks.values())


def test_frame_width_includes_callees() -> None:
    svg = flame({("a",): 1, ("a", "b"): 3, ("c",): 4}, "t", 1)
    widths = dict(
        re.findall(r"<title>(\w+): [^<]*</title><rect x=\S+ y=\S+ width=\"([\d.]+)\"", svg)
    )
    assert {name: float(width) for name, width in widths.items()} == {
        "all": 1180.0,
        "a": 590.0,
        "b": 442.5,
        "c": 590.0,
    }


def test_a_differential_graph_tells_growth_from_savings() -> None:
    svg = flame({("a",): 20, ("b",): 10}, "t", 1, ({("a",): 10, ("b",): 20}, 1))
    colours = dict(re.findall(r"<title>(\w+): [^<]*</title><rect [^>]*fill=\"hsl\((\d+)", svg))
    assert colours["a"] == "8"
    assert colours["b"] == "215"


def test_tables_and_files(tmp_path: Path) -> None:
    one = explanation(tmp_path)
    other = dataclasses.replace(one, kernel="other", functions=one.functions[:2])
    grid = explained.phases_grid((one, other))
    assert grid.heads == ("phase", "one", "other")
    assert ("sum", "13.7", "13.7") in grid.rows
    page = explain_files.write((one, other), tmp_path / "out")
    names = {file.name for file in page.parent.iterdir()}
    assert names == {
        "explain.html",
        "explain.json",
        "one.folded",
        "one.svg",
        "other.folded",
        "other.svg",
        "one-to-other.svg",
    }
    text = page.read_text()
    assert text.count("<svg") == 3 and "<script" not in text
    data = json.loads((page.parent / "explain.json").read_text())
    assert [e["kernel"] for e in data] == ["one", "other"]
    assert sum(count for _, count in data[0]["stacks"]) == TOTAL


def test_alike_kernels_are_compared_by_function(tmp_path: Path) -> None:
    one = explanation(tmp_path)
    grown = tuple(
        dataclasses.replace(f, instructions=f.instructions + 10 * (f.name == "copy"))
        for f in one.functions
    )
    other = dataclasses.replace(one, kernel="other", functions=grown, total=one.total + 10)
    assert explained.alike(one, other)
    grid = explained.functions_grid((one, other), 3)
    assert grid.heads == ("function", "one", "other", "change")
    assert grid.rows[0] == ("copy", "2.40", "3.40", "+1.00")


def test_strange_kernels_are_ranked_side_by_side(tmp_path: Path) -> None:
    one = explanation(tmp_path)
    renamed = tuple(dataclasses.replace(f, name=f"x_{f.name}") for f in one.functions)
    grid = explained.functions_grid((one, dataclasses.replace(one, functions=renamed)), 2)
    assert [row[0] for row in grid.rows] == ["1", "2"]
    assert (grid.rows[0][1], grid.rows[0][4]) == ("sys_read", "x_sys_read")


TOPICS = """
[[topics]]
what = "reading"
functions = ["sys_*"]
[[topics]]
what = "choosing"
functions = ["sched*", "sys_read"]
"""


def test_a_worked_example_is_made_of_topics(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    path.write_text(TOPICS)
    topics = example.load(path)
    one = explanation(tmp_path)
    found = {f.name: f.instructions for f in one.functions}
    text = example.made((one, dataclasses.replace(one, kernel="other")), topics, "here")
    rows = dict(re.findall(r"^\| (.+?) \| ([0-9]+) \|", text, re.MULTILINE))
    # The first topic that fits takes a function, and nothing is lost.
    assert int(rows["reading"]) == round(found["sys_read"] / one.iterations)
    assert int(rows["choosing"]) == round(found["schedule"] / one.iterations)
    assert abs(sum(map(int, rows.values())) - one.total / one.iterations) < len(rows)
    assert "The most expensive functions of other" in text and "(here)" in text
    page = f"before\n{example.MARKS[0]}\nold\n{example.MARKS[1]}\nafter\n"
    made = example.update_document(page, text, "page")
    assert text in made and "old" not in made and made.endswith("after\n")
    with pytest.raises(ReportError, match="needs two kernels"):
        example.made((one,), topics, "here")
    path.write_text(TOPICS.replace("what =", "wat ="))
    with pytest.raises(ReportError, match="wat"):
        example.load(path)


def test_numbers_are_whole_on_a_narrow_terminal(tmp_path: Path) -> None:
    one = explanation(tmp_path)
    long = tuple(dataclasses.replace(f, name=f"x_{f.name * 6}") for f in one.functions)
    both = (one, dataclasses.replace(one, functions=long))
    shown = io.StringIO()
    Console(width=60, file=shown).print(explained.terminal(both, 5))
    for row in explained.functions_grid(both, 5).rows:
        (line,) = [x for x in shown.getvalue().splitlines() if x.startswith(f"│ {row[0]} ")]
        assert row[2] in line and row[5] in line and line.endswith("│")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nothing"], "unknown workload 'nothing'"),
        (["ok", "--kernels", "nobody"], "unknown kernel 'nobody'"),
        (["ok", "--symbols", "nobody=x"], "nobody"),
        (
            ["ok", "--revs", "no-such-revision", "--kernels", "one"],
            "no revision 'no-such-revision'",
        ),
        (["ok", "--functions", "0"], "--functions"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str],
    line: str,
    checkout: Checkout,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ringside.conductor import explaining

    checkout(("one",))
    qemu = Qemu("qemu-system-x86_64", "10.0.2", "")
    monkeypatch.setattr(explaining, "find_qemu_for_plugins", lambda arch, cache: qemu)
    assert run(["explain", *arguments]) == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert line in error.strip().splitlines()[-1]


@pytest.mark.boot
@pytest.mark.parametrize("how", ["kernels", "revisions"])
def test_a_workload_is_explained_from_end_to_end(
    how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written: list[tuple[Explanation, ...]] = []

    def write(found: tuple[Explanation, ...], folder: Path) -> Path:
        written.append(tuple(found))
        return folder / "explain.html"

    monkeypatch.setenv("RINGSIDE_ROOT", str(ROOT))
    monkeypatch.setattr(explain_files, "write", write)
    workload = ["ipc/context_switch"] if how == "kernels" else ["syscall/null", "--revs", "HEAD"]
    assert run(["explain", *workload]) == 0
    (found,) = written
    assert len(found) == (2 if how == "kernels" else 1)
    for e in found:
        assert sum(e.phases.values()) == e.total == e.ticks + e.readings
        assert {"user", "entry", "syscall", "exit"} <= e.phases.keys()
        # Every function has a name: symbols were found, and fit.
        assert not [f.name for f in e.functions if f.name.startswith("0x")]
    assert "Instructions per operation" in capsys.readouterr().out
    if how == "kernels":
        # The worked example of the manual has the reference's numbers as they are.
        manual = (ROOT / "docs" / "observe.md").read_text(encoding="utf-8")
        image = json.loads((ROOT / ".cache/images" / f"{found[0].kernel}.json").read_text())
        total = round(found[0].total / found[0].iterations)
        # A newer package is another kernel.
        assert (
            f" {image['version']}, `" not in manual
            or f"| {found[0].kernel}, {total:,} in all |" in manual
        ), "run `ringside explain ipc/context_switch --into docs/observe.md`"
