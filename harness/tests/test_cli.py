"""The command line: exit statuses, one-line errors, and the wiring of check and report."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Checkout
from rich.console import Console

import ringside
from ringside.catalog import find_root, load
from ringside.cli.conducting import run_request
from ringside.cli.main import run
from ringside.cli.progress import seconds_left
from ringside.conductor import Request


def error_of(capsys: pytest.CaptureFixture[str]) -> str:
    """The last line on standard error, which must be ours and no traceback."""
    text = capsys.readouterr().err
    assert "Traceback" not in text
    return text.strip().splitlines()[-1]


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"ringside {ringside.__version__}\n"
    assert run(["--help"]) == 0
    commands = capsys.readouterr().out
    for name in ("compare", "check", "report", "fetch", "kernels", "workloads", "clocks"):
        assert name in commands
        assert run([name, "--help"]) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["compare", "--kernels", "onne"], "unknown kernel 'onne': did you mean one?"),
        (["compare", "--workloads", "okk"], "unknown workload 'okk': did you mean a/ok"),
        (["compare", "--workloads", "z*"], "no workload matches 'z*'"),
        (["compare", "--clock", "sundial"], "Invalid value for '--clock'"),
        (["compare", "--image", "one"], "'one' is not ID=PATH"),
        (["compare", "--image", "one=none"], "--image one=none: no such file"),
        (["compare", "--image", "xyz=none"], "unknown kernel 'xyz'"),
        (["compare", "--boot", "way"], ""),
        (["compare", "--reference", "two"], "unknown kernel 'two'"),
        (["compare", "--patience", "0"], "Invalid value for '--patience'"),
        (["compare", "--json", "/nonexistent/x"], "--json /nonexistent/x: No such file"),
        (["compare", "--nonsense"], "No such option"),
        (["check"], "no kernel has the role `subject`"),
        (["check", "--kernel", "one"], "no baseline found: `ringside check --update`"),
        (["check", "--kernel", "one", "--tolerance", "-1"], "Invalid value for '--tolerance'"),
        (["report"], "there is no run yet"),
        (["report", "nothing"], "nothing: not a run directory"),
        (["kernels", "show", "onne"], "did you mean one?"),
        (["workloads", "--port", "x"], "no kernel has a port 'x': choose from linux-x86_64"),
        (["dance"], "No such command 'dance'"),
    ],
)
def test_bad_input_is_one_line(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    checkout()
    status = run(arguments)
    if says:
        assert status == 2
        line = error_of(capsys)
        assert line.startswith("ringside: ")
        assert says in line
    else:
        assert status == 0


def test_a_way_that_a_kernel_lacks(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    root = checkout()
    file = root / "kernels" / "one" / "kernel.toml"
    ways = 'ways.direct = { image = "kernel", cmdline = "console=ttyS0" }'
    file.write_text(file.read_text().replace(ways, ways + '\nways.stock = { image = "kernel" }'))
    assert run(["compare", "--boot", "sideways"]) == 2
    assert "one can't boot 'sideways': it has direct, stock" in error_of(capsys)


def test_a_qemu_that_is_too_old(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout()
    monkeypatch.setenv("FAKE_QEMU_VERSION", "5.0.0")
    assert run(["compare"]) == 2
    assert "Ringside needs 7.2 or newer" in error_of(capsys)


def test_kvm_that_does_not_work(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout()
    monkeypatch.setenv("FAKE_QEMU", "broken")
    assert run(["compare", "--clock", "kvm"]) == 2
    line = error_of(capsys)
    assert "kvm does not work on this host" in line and "use --clock exact" in line


def test_auto_falls_back_to_exact(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout()
    monkeypatch.setattr("ringside.machine.probe.CLOCKS", {"kvm": None})
    monkeypatch.setattr(
        "ringside.machine.probe.probe", lambda clock, qemu: ringside_probe(works=False)
    )
    assert run(["compare", "--clock", "auto", "--no-report", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["clock"] == "exact"


def ringside_probe(*, works: bool) -> object:
    from ringside.machine.probe import Probe

    return Probe(works, "made up")


def test_an_unexpected_exception_is_one_line_unless_debugging(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout()

    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("a\nbug")

    monkeypatch.setattr("ringside.cli.compare.load", broken)
    assert run(["compare"]) == 2
    assert error_of(capsys).startswith("ringside: ZeroDivisionError: a bug: ")
    assert run(["--debug", "compare"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_report_is_written_and_made_again(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    root = checkout(ids=("one", "two"))
    assert run(["compare"]) == 0
    folder = (root / "results" / "latest").resolve()
    first = (folder / "report.md").read_text()
    assert "Kernel two" in first
    assert (folder / "report.html").is_file()
    (folder / "report.md").unlink()
    capsys.readouterr()
    assert run(["report"]) == 0
    assert (folder / "report.md").read_text() == first
    assert "report: results/runs/" in capsys.readouterr().out
    readme = folder.parent / "README.md"
    readme.write_text("# Mine\n\n<!-- ringside costs -->\nold\n<!-- /ringside costs -->\nafter\n")
    assert run(["report", "--into", str(readme)]) == 0
    table = re.search(r"^\| Workload \|.*?\n(?!\|)", first, re.DOTALL | re.MULTILINE)
    assert table and table[0] in readme.read_text()
    assert "old" not in readme.read_text() and readme.read_text().endswith("-->\nafter\n")
    readme.write_text("no place")
    assert run(["report", "--into", str(readme)]) == 2
    assert "README.md: must contain the line <!-- ringside costs -->" in capsys.readouterr().err


def test_what_a_kernel_lacks_is_a_line_for_each_reason(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout(workloads=("a/ok", "a/absent", "b/absent", "b/wrong"))
    assert run(["compare", "--no-report"]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("one")]
    assert len(lines) == 2
    assert lines[0].startswith("one b/wrong: wrong: ")
    assert lines[1].startswith("one: absent: thing") and lines[1].endswith(": a/absent, b/absent")


def test_a_kernel_that_does_not_come_up_is_one_line(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout(workloads=[f"a/ok{n}" for n in range(30)])
    monkeypatch.setenv("FAKE_QEMU", "silent")
    assert run(["compare", "--no-report"]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("one")]
    assert len(lines) == 1 and lines[0].endswith(", a/ok26 and 10 more")


def test_check_writes_a_baseline_and_judges_by_it(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    root = checkout(ids=("one", "two"))
    assert run(["check", "--update"]) == 0
    baseline = root / "results" / "baselines" / "two.exact.txt"
    text = baseline.read_text()
    assert run(["check"]) == 0
    assert run(["check", "--update"]) == 0
    assert baseline.read_text() == text
    baseline.write_text(text.replace("1010 ", "1009 "))
    assert run(["check"]) == 1
    assert run(["check", "--tolerance", "0.01"]) == 0
    baseline.write_text(text.replace("qemu64", "other"))
    assert run(["check"]) == 2
    baseline.write_text(text + "nonsense\n")
    capsys.readouterr()
    assert run(["check"]) == 2
    assert f"two.exact.txt:{len(text.splitlines()) + 1}: " in error_of(capsys)


def test_check_fails_when_a_workload_does(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = checkout(ids=("one", "two"), workloads=("a/ok", "b/ok2"))
    assert run(["check", "--update"]) == 0
    build = root / "workloads" / "build" / "linux-x86_64"
    (build / "b" / "ok2").rename(build / "b" / "crash")
    assert run(["check"]) == 1


def test_lists(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    checkout(ids=("one", "two"))
    assert run(["kernels"]) == 0
    assert "two listed (same-bytes) by default built here" in capsys.readouterr().out
    assert run(["kernels", "show", "one"]) == 0
    assert "console=ttyS0" in capsys.readouterr().out
    assert run(["workloads"]) == 0
    listed = capsys.readouterr().out
    assert listed.count("a/ok ") == 1
    assert "workloads; ports: linux-x86_64" in listed
    assert run(["workloads", "--port", "linux-x86_64"]) == 0
    assert "SHA-256" in capsys.readouterr().out
    assert run(["fetch"]) == 0
    assert "one: image built here" in capsys.readouterr().out


def test_fetch_tells_of_each_kernel_that_cannot_be_had(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    root = checkout(ids=("one", "two"))
    (root / "src" / "kernel.elf").write_text("not a kernel")
    assert run(["fetch"]) == 2
    assert capsys.readouterr().err.count("src/kernel.elf is not a kernel: it is text") == 2


def test_a_reader_that_leaves_early_causes_no_noise(checkout: Checkout) -> None:
    checkout()
    done = subprocess.run(
        f"{sys.executable} -m ringside kernels show one | head -c 1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("elapsed", "done", "total", "expected", "left"),
    [
        (2.0, 0, 10, None, None),
        (2.0, 5, 10, None, 2.0),
        (2.0, 5, 10, 10.0, 8.0),
        (12.0, 5, 10, 10.0, 12.0),
    ],
)
def test_the_time_that_is_left(
    elapsed: float, done: float, total: float, expected: float | None, left: float | None
) -> None:
    assert seconds_left(elapsed, done, total, expected) == left


def test_progress_off_a_terminal_is_a_line_a_boot(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    checkout(workloads=("a/ok", "b/panic"))
    assert run(["compare", "--no-report"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith("one: panicked after ") for line in lines)


def test_progress_on_a_terminal(checkout: Checkout) -> None:
    checkout(ids=("one", "two"), workloads=("a/ok", "b/panic", "c/ok3"))
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    conducted = run_request(load(find_root()), Request(), console)
    again = run_request(load(find_root()), Request(), console)
    assert conducted.run.complete and again.run.complete
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    for words in ("preparing", "one", "two", "3/3", "panicked"):
        assert words in shown
