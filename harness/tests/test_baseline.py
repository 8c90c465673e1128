"""The baseline file: written, read back, and every way in which it can be malformed."""

from __future__ import annotations

from pathlib import Path

import pytest
import runs
from hypothesis import given
from hypothesis import strategies as st

from ringside.errors import JudgeError
from ringside.stats import baseline
from ringside.store.schema import Run

GOLDEN = """\
# The cost of each workload on bantam. Compare a run with it with
# `ringside check`, rewrite it with `ringside check --update`, and review the diff.
format: 1
kernel: bantam
clock: exact
qemu: 7.2.22
cpu: qemu64
machine: pc
arch: x86_64
smp: 1
memory: 512 MiB
toolchain: gcc (Debian 12.2.0-14) 12.2.0
profile: quick

# workload     ticks  iterations   per-op  elf
ipc/pipe      510003         100  5100.03  633956ac7da9
net/tcp       absent      absent   absent  1d6e32f0a714
syscall/null    1170          10   117.00  19a3627f721c
"""


def example() -> Run:
    return runs.run(
        [
            runs.measurement("bantam", "syscall/null", [1170, 1171, 1170]),
            runs.measurement("bantam", "ipc/pipe", [510003] * 3, iterations=100),
            runs.measurement("bantam", "net/tcp", status="absent"),
        ]
    )


def test_the_text_is_what_a_reviewer_reads() -> None:
    assert baseline.dump(example()) == GOLDEN


def test_written_baseline_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "b.txt"
    path.write_text(baseline.dump(example()))
    found = baseline.load(path)
    assert found.header["toolchain"] == "gcc (Debian 12.2.0-14) 12.2.0"
    assert found.entries["ipc/pipe"] == baseline.Entry(
        "ipc/pipe", 510003, 100, runs.sha256("ipc/pipe")[:12]
    )
    assert found.entries["net/tcp"].ticks is None
    assert baseline.judge(found, example()).exit_code == 0


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}/[a-z0-9_]{1,12}", fullmatch=True),
        st.tuples(st.integers(0, 2**63), st.integers(1, 10**9)),
        min_size=1,
        max_size=12,
    )
)
def test_any_counts_survive_the_file(costs: dict[str, tuple[int, int]]) -> None:
    run = runs.run(
        runs.measurement("a", name, [ticks], iterations=iterations)
        for name, (ticks, iterations) in costs.items()
    )
    found = baseline.parse(baseline.dump(run), "b.txt")
    assert {n: (e.ticks, e.iterations) for n, e in found.entries.items()} == costs
    assert list(found.entries) == sorted(costs)


@given(st.text(max_size=300))
def test_any_text_is_a_baseline_or_one_clear_line(text: str) -> None:
    for content in (text, GOLDEN + text):
        try:
            baseline.parse(content, "b.txt")
        except JudgeError as error:
            assert str(error).startswith("b.txt")
            assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("clock: exact\n", "", "b.txt: no `clock:` line"),
        ("clock: exact\n", "clock: exact\nclock: exact\n", "b.txt:6: a second `clock:` line"),
        ("format: 1", "format: 9", "b.txt:3: format 9 is not 1"),
        ("1170  ", "1170.5", "b.txt:18: expected an integer, got '1170.5'"),
        ("  1170  ", "  -117  ", "b.txt:18: expected an integer"),
        ("         100 ", "           0 ", "b.txt:16: iterations must be above zero"),
        ("syscall/null", "syscallnull!", "b.txt:18: expected a workload as group/name"),
        ("syscall/null", "ipc/pipe    ", "b.txt:18: a second line of ipc/pipe"),
        ("19a3627f721c", "19a362", "b.txt:18: expected 12 hexadecimal digits"),
        ("  117.00", "", "b.txt:18: expected `key: value`"),
        ("profile: quick", "profil: quick", "b.txt:13: expected `key: value`"),
    ],
)
def test_a_malformed_line_is_named(old: str, new: str, says: str) -> None:
    text = GOLDEN.replace(old, new)
    assert text != GOLDEN
    with pytest.raises(JudgeError) as caught:
        baseline.parse(text, "b.txt")
    assert says in str(caught.value)


def test_an_empty_baseline_is_refused() -> None:
    header = GOLDEN[: GOLDEN.index("ipc/pipe")]
    with pytest.raises(JudgeError, match="no workload in it"):
        baseline.parse(header, "b.txt")


def test_carriage_returns_are_no_matter() -> None:
    assert baseline.parse(GOLDEN.replace("\n", "\r\n"), "b.txt") == baseline.parse(GOLDEN, "b.txt")


def test_no_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(JudgeError, match="ringside check --update"):
        baseline.load(tmp_path / "none.txt")


def test_a_file_of_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(JudgeError, match="can't be read as a baseline"):
        baseline.load(path)


def test_a_sampled_run_is_no_baseline() -> None:
    run = example().model_copy(update={"environment": runs.environment(clock="kvm")})
    with pytest.raises(JudgeError, match="kvm clock: use --clock exact"):
        baseline.dump(run)


def test_an_interrupted_run_is_no_baseline() -> None:
    with pytest.raises(JudgeError, match="interrupted"):
        baseline.dump(example().model_copy(update={"complete": False}))


def test_a_failed_workload_is_no_baseline() -> None:
    with pytest.raises(JudgeError, match="g/w ended as hung"):
        baseline.dump(runs.run([runs.measurement("a", "g/w", status="hung")]))


def test_the_kernel_must_be_said_when_there_are_two() -> None:
    run = runs.run([runs.measurement("a", "g/w"), runs.measurement("b", "g/w")])
    with pytest.raises(JudgeError, match="select a kernel: the run has a, b"):
        baseline.dump(run)
    assert "kernel: b\n" in baseline.dump(run, "b")
    with pytest.raises(JudgeError, match="c is not in the run"):
        baseline.dump(run, "c")
