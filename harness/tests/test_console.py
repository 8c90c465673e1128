"""The programs typed into a shell: the script, the typist, and real shells on real kernels."""

from __future__ import annotations

import asyncio
import datetime
import subprocess
from pathlib import Path

import pytest
import shells
from conftest import ROOT, Checkout

from ringside.catalog import Catalog, Kernel, load, load_workloads
from ringside.catalog.delivery import ConsoleDelivery
from ringside.conductor import Request, conduct, prepare
from ringside.conductor.observer import NullObserver
from ringside.image.delivery import Payload, Step, deliver
from ringside.image.obtain import obtain
from ringside.machine.fake import FakeMachine
from ringside.records import Transcript
from ringside.session import Limits, Outcome, run_session
from ringside.session.typist import Typist
from ringside.store import Run, RunFolder

PROMPT = r"[#$] \Z"
REFERENCE = next(k for k in load(ROOT).kernels if k.role == "reference")
SUBJECT = next(k for k in load(ROOT).kernels if k.role == "subject")


def script_for(root: Path, how: ConsoleDelivery) -> tuple[Step, ...]:
    kernel = next(k for k in load(root).kernels if k.id == "one")
    image = obtain(kernel, root, root / ".cache")
    workloads = load_workloads(root, "linux-x86_64")
    payload = Payload(workloads, ("a/ok",), "quick", image, image.path, root / ".cache")
    return deliver(how, payload).script


@pytest.mark.parametrize("encoding", ["printf", "echo", "base64", "base64-gzip"])
def test_a_real_shell_makes_the_files(checkout: Checkout, tmp_path: Path, encoding: str) -> None:
    """What is typed, given to bash as a script, leaves the same bytes behind."""
    folder = Path("/tmp") / f"ringside-test-{tmp_path.name}"
    how = ConsoleDelivery.model_validate(
        {"prompt": PROMPT, "folder": str(folder), "encoding": encoding, "start": "true"}
    )
    root = checkout(workloads=("syscall/null", "a/ok"))
    script = script_for(root, how)
    typed = b"".join(step.send for step in script)
    assert max(len(line) for line in typed.split(b"\n")) <= how.width
    try:
        done = subprocess.run(["bash"], input=typed, capture_output=True, check=True)
        built = root / "workloads" / "build" / "linux-x86_64"
        assert (folder / "init").read_bytes() == (built / "init").read_bytes()
        assert (folder / "workloads/a/ok").read_bytes() == (built / "a/ok").read_bytes()
        assert (folder / "ringside/plan").read_text() == "profile quick\na/ok\n"
        # Only what is planned is typed.
        assert not (folder / "workloads/syscall").exists()
        digests = {step.expect for step in script if step.what.startswith("sha256sum")}
        assert digests - {PROMPT} <= set(done.stdout.decode().split())
    finally:
        subprocess.run(["rm", "-r", str(folder)], check=False)


def test_no_typed_byte_looks_like_a_prompt(checkout: Checkout) -> None:
    root = checkout(workloads=("syscall/null", "a/ok"))
    for step in script_for(root, ConsoleDelivery(prompt=PROMPT)):
        if step.what.startswith("typing") and b"'" in step.send:
            assert not set(b"#$> %") & set(step.send.split(b"'")[1])


def test_the_typist_waits_for_each_answer() -> None:
    steps = [Step(b"", PROMPT, 9, "first"), Step(b"a\n", "> \\Z", 5, "second", refuse=PROMPT)]
    typist = Typist(steps, 0.0)
    assert typist.start() == b""
    assert typist.feed(b"booting\r\n", 1.0) == b""
    assert typist.feed(b"\x1b[6n/ # ", 2.0) == b"a\n"
    assert typist.failure(7.0) is None
    late = typist.failure(7.1)
    assert late == "second: no answer in 5 s; the last console output: (nothing)"
    assert typist.feed(b"a\r\nsh: a: not found\r\n/ # ", 3.0) == b""
    assert typist.failure(3.0) == "second: sh: a: not found / / #"


def test_a_start_that_nothing_answers_ends_the_script() -> None:
    steps = [Step(b"", PROMPT, 9, "first"), Step(b"exec init\n", "", 5, "starting")]
    typist = Typist(steps, 0.0)
    assert typist.feed(b"# ", 1.0) == b"exec init\n"
    assert typist.done and typist.failure(99.0) is None


def test_a_shell_that_never_comes_is_one_line() -> None:
    script = [Step(b"", PROMPT, 0.2, "waiting for the shell's prompt")]

    async def scenario() -> str:
        machine = FakeMachine([b"no init found\n", None])
        limits = Limits(60, 60, 1e6)
        ending = await run_session(machine, Transcript(["a/x"]), limits, script=script)
        assert ending.outcome is Outcome.HUNG
        return ending.detail

    assert asyncio.run(scenario()) == (
        "waiting for the shell's prompt: no answer in 0.2 s; the last console output: no init found"
    )


def typed(kernel: Kernel, initrd: Path, **options: object) -> Kernel:
    """The kernel with a shell of its own, into which the workloads are typed."""
    assert kernel.boot is not None
    how = ConsoleDelivery.model_validate({"prompt": PROMPT, **options})
    boot = kernel.boot.model_copy(update={"workloads": how, "devices": ("-initrd", str(initrd))})
    return kernel.model_copy(update={"id": f"{kernel.id}-typed", "boot": boot})


def measured(kernels: tuple[Kernel, ...], images: dict[str, Path], folder: Path) -> Run:
    """Both rows of one run."""
    names = tuple(kernel.id for kernel in kernels)
    request = Request(kernels=names, workloads=("syscall/null",), images=images)
    plan = prepare(Catalog(ROOT, kernels), request, NullObserver())
    now = datetime.datetime.now(datetime.UTC)
    return asyncio.run(conduct(plan, RunFolder.create(folder, "exact", now), NullObserver()))


@pytest.mark.boot
@pytest.mark.parametrize(
    ("kernel", "encoding"),
    [(SUBJECT, "printf"), (REFERENCE, "base64-gzip")],
    ids=["subject", "reference"],
)
def test_typed_workload_costs_the_same_as_from_initrd(
    kernel: Kernel, encoding: str, tmp_path: Path
) -> None:
    """To the instruction, where nothing but the program counts: a call that looks at no file."""
    initrd = shells.shell_initrd(tmp_path / "shell.cpio")
    image = obtain(kernel, ROOT, ROOT / ".cache").path
    again = typed(kernel, initrd, encoding=encoding)
    run = measured((kernel, again), {again.id: image}, tmp_path / "results")
    given, came = run.measurements
    assert (given.status, came.status) == ("ok", "ok")
    assert given.elf_sha256 == came.elf_sha256
    assert given.value == came.value
    # The shell is gone: the runner is the first process, as it is when it comes in the initrd.
    assert [boot.outcome for boot in run.boots] == ["finished", "finished"]
