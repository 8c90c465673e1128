"""The written report: complete, escaped, self-contained, and useful without gnuplot."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import pytest
import runs
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ringside import report
from ringside.catalog.model import FACT_COLUMNS, Kernel
from ringside.errors import ReportError
from ringside.report import charts, html, latency, markdown, page, plots, text
from ringside.store.schema import BootRecord, Run

needs_gnuplot = pytest.mark.skipif(shutil.which("gnuplot") is None, reason="gnuplot is absent")

EVIL = (
    "<script>alert('x')</script> | [a](javascript:b) `c` \x1b[31m\n# d '' \" \\ {{ 1 }} $(e) ^_{f}"
)
STATUSES = ("absent", "wrong", "crashed", "panicked", "hung", "torn", "skipped")


def catalog(fact: str = "a fact") -> list[Kernel]:
    return [
        runs.manifest("a", fact, name="Alpha", order=1),
        runs.manifest("b", fact, name="Beta", order=2),
        runs.manifest("l", fact, name="Listed", order=3, target="boots"),
    ]


def example(**changes: object) -> Run:
    run = runs.table_run(
        {
            "g/one": {"a": 328, "b": 117},
            "g/two": {"a": 12_187, "b": "panicked"},
            "h/three": {"a": 690, "b": 700},
        },
        reference="a",
    )
    return run.model_copy(update=changes)


def failed_boot() -> BootRecord:
    return runs.boot(
        "b",
        outcome="panicked",
        detail="in trap_entry+0x10",
        last_lines=("panic: page fault", EVIL, "```", "    <b>deep</b>"),
    )


class Elements(HTMLParser):
    """The elements, attributes and text of a page."""

    VOID = frozenset({"meta", "br", "link", "img", "input", "hr"})

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def as_html(run: Run, kernels: list[Kernel]) -> str:
    return html.render(page.build(run, kernels), (), None)


def as_markdown(run: Run, kernels: list[Kernel]) -> str:
    return markdown.render(page.build(run, kernels), (), None)


def inner(source: str) -> str:
    return " ".join(" ".join(Elements(source).text).split())


def test_the_markdown_has_the_table_and_the_failures() -> None:
    run = example(boots=(runs.boot("a"), failed_boot()))
    run = run.model_copy(
        update={
            "measurements": tuple(
                m.model_copy(update={"boot": 1, "detail": "SIGSEGV"}) if m.status != "ok" else m
                for m in run.measurements
            )
        }
    )
    shown = as_markdown(run, catalog())
    assert "| Workload | One operation | Alpha | Beta |\n| :-- | :-- | --: | --: |\n" in shown
    assert "| g/one | one one | **328** · 0 % | **117** · 0.36× · 0 % |" in shown  # noqa: RUF001
    assert "| g/two | one two | **12,187** · 0 % | *panicked* |" in shown
    assert (
        "**Beta**, g/two: panicked: SIGSEGV; in trap_entry+0x10\n\nLast console output:\n" in shown
    )
    assert "\n    panic: page fault\n" in shown
    assert "CONFIG_PVH=y" in shown
    assert "linux-image-6.1.0-50-cloud-amd64 (bookworm)" in shown
    assert "    console=ttyS0 quiet\n" in shown
    assert "| [Listed]" not in shown and "| Listed | listed (boots) |" in shown
    assert f"    {runs.sha256('g/one')}  g/one\n" in shown


def test_every_fact_links_to_its_source_with_its_date() -> None:
    shown, source = as_markdown(example(), catalog()), as_html(example(), catalog())
    links = [v for tag, name, v in Elements(source).attributes if (tag, name) == ("a", "href")]
    titles = [v for tag, name, v in Elements(source).attributes if (tag, name) == ("a", "title")]
    for key in FACT_COLUMNS:
        assert shown.count(f"[a fact](https://example.org/{key})") == 3
        assert links.count(f"https://example.org/{key}") == 6
    assert titles.count("Read 2026-11-23") == 3 * len(FACT_COLUMNS)


@pytest.mark.parametrize("status", STATUSES)
def test_every_failure_is_reported(status: str) -> None:
    measured = runs.measurement("a", "g/w", status=status, detail="it saw 7")  # type: ignore[arg-type]
    run = runs.run([measured], reference="a")
    for shown in (as_markdown(run, catalog()), inner(as_html(run, catalog()))):
        assert re.search(rf"g/w: {status} ?: it saw 7", shown)


def test_boot_that_never_became_ready_is_reported() -> None:
    silent = runs.boot("b", outcome="silent", ready_host_s=None, ready_ticks=None, settle=None)
    run = example(boots=(runs.boot("a"), silent), measurements=())
    for shown in (as_markdown(run, catalog()), inner(as_html(run, catalog()))):
        assert re.search(r"Beta(\*\*)? ?, the boot itself: silent", shown)


def test_rungs_are_what_the_run_showed() -> None:
    run = example()
    assert page.level_reached("a", run) == "same-bytes"
    assert page.level_reached("l", run) == "listed"
    alone = runs.run([runs.measurement("a", "g/w")])
    assert page.level_reached("a", alone) == "ported"
    other = runs.run(
        [runs.measurement("a", "g/w"), runs.measurement("b", "g/w", elf_sha256="0" * 64)]
    )
    assert page.level_reached("b", other) == "ported"
    booted = runs.run([runs.measurement("a", "g/w", status="hung")])
    assert page.level_reached("a", booted) == "boots"
    never = booted.model_copy(update={"boots": (runs.boot("a", ready_host_s=None),)})
    assert page.level_reached("a", never) == "listed"


def test_effects_are_shown_only_for_matching_command_line() -> None:
    kernel = runs.manifest(
        "a",
        boot={
            "arch": "x86_64",
            "machine": "pc",
            "memory_mib": 512,
            "workloads": "initrd",
            "ways": {"direct": {"image": "kernel", "cmdline": "quiet", "effects": ["less said"]}},
        },
    )
    used = runs.run([runs.measurement("a", "g/w")], boots=(runs.boot("a", cmdline="quiet"),))
    assert "- less said" in as_markdown(used, [kernel])
    changed = used.model_copy(update={"boots": (runs.boot("a", cmdline="debug"),)})
    assert "less said" not in as_markdown(changed, [kernel])


def test_manifest_notes_are_shown_with_costs() -> None:
    kernels = [runs.manifest("a", notes=["It does less."])]
    for shown in (as_markdown(example(), kernels), inner(as_html(example(), kernels))):
        assert shown.index("It does less.") < shown.index("How to read these numbers", 200)


def test_an_interrupted_run_says_so() -> None:
    assert "interrupted" in as_markdown(example(complete=False), catalog())
    assert "interrupted" in as_html(example(complete=False), catalog())
    assert "interrupted" not in as_html(example(), catalog())


def test_the_page_makes_no_request_and_runs_no_script() -> None:
    elements = Elements(as_html(example(boots=(runs.boot("a"), failed_boot())), catalog(EVIL)))
    assert elements.open == []
    assert not {"script", "link", "iframe", "img", "object", "embed", "form"} & set(elements.tags)
    for _, name, value in elements.attributes:
        assert not name.startswith("on")
        if name == "href":
            assert re.match(r"https?://|#", value)
        assert name != "src"
    policy = next(v for tag, name, v in elements.attributes if (tag, name) == ("meta", "content"))
    assert "default-src 'none'" in policy and "script" not in policy


def hostile_run(word: str) -> tuple[Run, list[Kernel]]:
    bad = runs.measurement("b", f"g/{word}", status="crashed", detail=word, op=word, boot=0)
    good = runs.measurement("a", f"g/{word}", op=word, group=word)
    boot = runs.boot("b", outcome=word, detail=word, cmdline=word, argv=(word,), last_lines=(word,))
    image = runs.image("a", version=word, package=word, suite=word, proven={word: word})
    run = runs.run([good, bad], reference="a", boots=(boot,), images=(image,))
    return run, [
        runs.manifest("a", word or "-", name=word, summary=word, notes=[word]),
        runs.manifest("b", word or "-", name=word),
    ]


def inline_kinds(tokens: list[Token]) -> set[str]:
    return {child.type for token in tokens for child in token.children or []}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([EVIL, "</td></table>", "</pre><b>", "```\n# x", "- [ ] x"]) | st.text())
def test_hostile_text_cannot_change_structure(word: str) -> None:
    assume(text.plain(word))
    run, kernels = hostile_run(word)
    calm_run, calm_kernels = hostile_run("word")
    assert Elements(as_html(run, kernels)).tags == Elements(as_html(calm_run, calm_kernels)).tags
    tokens, calm_tokens = (
        MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(as_markdown(*given_to))
        for given_to in ((run, kernels), (calm_run, calm_kernels))
    )
    assert [t.type for t in tokens] == [t.type for t in calm_tokens]
    assert inline_kinds(tokens) <= inline_kinds(calm_tokens) | {"text", "text_special"}
    hrefs = [c.attrGet("href") for t in tokens for c in t.children or [] if c.type == "link_open"]
    assert all(str(href).startswith("https://example.org/") for href in hrefs)


@needs_gnuplot
def test_the_report_is_written_with_its_charts(tmp_path: Path) -> None:
    written = report.write(example(), catalog(), tmp_path)
    assert written.notice is None
    assert [path.name for path in written.charts] == ["cost.svg", "ratios.svg"]
    for path in (written.markdown, written.html, *written.charts):
        assert path.stat().st_size > 1000
    assert "](cost.svg)" in written.markdown.read_text()
    source = written.html.read_text()
    elements = Elements(source)
    assert elements.tags.count("svg") == 2
    ids = [value for _, name, value in elements.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    for _, name, value in elements.attributes:
        if name.endswith("href") and value.startswith("#"):
            assert value[1:] in ids


@needs_gnuplot
def test_two_reports_of_a_run_are_equal(tmp_path: Path) -> None:
    first = report.write(example(), catalog(), tmp_path / "1")
    second = report.write(example(), catalog(), tmp_path / "2")
    for ours, theirs in zip(
        (first.markdown, first.html, *first.charts),
        (second.markdown, second.html, *second.charts),
        strict=True,
    ):
        assert ours.read_bytes() == theirs.read_bytes()


def test_without_gnuplot_the_report_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    written = report.write(example(), catalog(), tmp_path / "run")
    assert written.charts == ()
    assert written.notice is not None and "apt-get install gnuplot-nox" in written.notice
    assert "apt-get install gnuplot-nox" in written.markdown.read_text()
    assert "apt-get install gnuplot-nox" in written.html.read_text()


def test_a_gnuplot_that_fails_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "gnuplot"
    broken.write_text("#!/bin/sh\necho 'line 1: bad' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    written = report.write(example(), catalog(), tmp_path / "run")
    assert written.notice == "gnuplot did not draw the charts: line 1: bad"


def test_a_folder_that_can_not_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="the report can't be written"):
        report.write(example(), catalog(), tmp_path / "file" / "run")


def test_an_empty_run_still_has_a_report(tmp_path: Path) -> None:
    written = report.write(runs.run([], kernels=["a"]), [], tmp_path)
    assert written.charts == ()
    assert Elements(written.html.read_text()).open == []


@needs_gnuplot
@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from([EVIL, "'", "`id`", "$(id)", "a'b''c", "\\", "{/Bold x}", "é漢"]) | st.text()
)
def test_gnuplot_strings_are_not_expanded(word: str) -> None:
    run, kernels = hostile_run(word)
    run = run.model_copy(
        update={
            "measurements": tuple(m.model_copy(update={"status": "ok"}) for m in run.measurements)
        }
    )
    for chart in charts.draw(latency.build(run, kernels)):
        tree = ElementTree.fromstring(chart.svg)
        tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
        assert tags <= {
            "svg",
            "title",
            "desc",
            "g",
            "defs",
            "path",
            "circle",
            "use",
            "rect",
            "text",
            "tspan",
            "pattern",
            "polygon",
            "filter",
            "feFlood",
            "feComposite",
            "style",
        }


@needs_gnuplot
def test_the_numbers_stand_in_the_charts() -> None:
    cost, ratios = charts.draw(latency.build(example(), catalog()))
    for number in ("12,187", "328", "117"):
        assert f">{number}<" in cost.svg.replace(" <", "<")
    assert "panicked" in cost.svg and "panicked" in ratios.svg
    assert "0.36×" in ratios.svg  # noqa: RUF001
    assert "Beta" in ratios.svg and "Alpha" in ratios.svg


@needs_gnuplot
def test_an_inlined_chart_takes_the_page_s_colour() -> None:
    chart = charts.draw(latency.build(example(), catalog()))[0]
    inlined = charts.inline(chart)
    assert inlined.startswith("<svg")
    assert "currentColor" in inlined
    assert "<rect" not in inlined.split("<g", 1)[0]


@given(st.floats(1e-3, 1e3))
def test_black_can_be_read_on_every_tint(value: float) -> None:
    color = plots._tint(value)
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    # The contrast ratio of WCAG 2, whose AAA asks for 7.
    assert (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) / 0.05 >= 7
