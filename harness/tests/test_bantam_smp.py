"""Bantam on several CPUs that run side by side: QEMU gives each a thread of the host's."""

from __future__ import annotations

import re
from pathlib import Path

import bantam_boot as bantam
import pytest

from ringside.machine import MachineSpec
from ringside.session import Outcome

LOCKS = re.compile(r"locks (\w+): (.*) of (\d+)")
# Locks that each takes, at most, all of them of things that are the thread's own; but for
# "dup_close", of the table of descriptors, which is the process's.
OWN: dict[str, dict[str, int]] = {
    **{name: {} for name in ("getppid", "clock_gettime", "sched_yield", "rusage")},
    **{name: {} for name in ("sigprocmask", "raise", "asks", "statx")},
    **{name: {} for name in ("write_null", "read_zero", "fstat")},
    **{name: {"inode": 1} for name in ("pread", "pwrite", "seek_read")},
    **{name: {"gate": 2} for name in ("pipe", "eventfd", "unix", "send", "message")},
    **{name: {} for name in ("poll", "select")},
    "vectors": {"inode": 2},
    "append": {"inode": 2, "kmem": 1, "page": 1},
    # Threads of one process: whether another of them has closed the file is looked up as well.
    "file_lock": {"inode": 2, "files": 1},
    "poll_many": {"gate": 20},
    **{name: {"futex": 1} for name in ("futex_wake", "futex_wait")},
    "dup_close": {"files": 2},
    # Nothing at all on the way through directories; in a process without other threads.
    **{name: {} for name in ("stat", "access", "readlink", "paths")},
    **{name: {"files": 2} for name in ("open_close", "create_again")},
    # Each of a pair sleeps until the other wakes it, on another CPU: what they share is theirs, and
    # a run queue and a clock are a CPU's.
    **{
        name: {"gate": 6, "run": 12, "clock": 2}
        for name in ("pipe_pair", "eventfd_pair", "unix_pair")
    },
    "epoll": {"gate": 2, "epoll": 4},
    "epoll_pair": {"gate": 4, "epoll": 4, "run": 12, "clock": 2},
    "make": {"kernel": 4, "files": 8},
    "poll_pair": {"gate": 8, "run": 12, "clock": 2},
    "futex_pair": {"futex": 6, "run": 12, "clock": 2},
    "file_fault": {"space": 2, "inode": 1},
    "shared_fault": {"space": 2, "store": 1},
    **{name: {"space": 2} for name in ("fault", "mprotect")},
    **{name: {"space": 3} for name in ("copy", "mmap_munmap", "brk")},
}

pytestmark = [pytest.mark.boot, pytest.mark.timeout(0)]


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    bantam.make()
    bantam.make(target="guest")


def _lines(tmp_path: Path, program: str, cpus: int, *, cmdline: str = "") -> list[str]:
    """What `program` says as process 1 on that many CPUs."""
    archive = tmp_path / f"{program}.cpio"
    code = (bantam.SOURCE / "build/tests/guest" / program).read_bytes()
    archive.write_bytes(bantam.initrd({"init": code}))
    spec = MachineSpec(
        machine="pc",
        memory_mib=192,
        kernel=bantam.SOURCE / "build/bantam.elf",
        cmdline=cmdline,
        initrd=archive,
    )
    lines, ending = bantam.boot(spec, cpus=cpus)
    assert ending.outcome is Outcome.FINISHED, "\n".join((ending.detail, *lines[-30:]))
    return lines


def _by_class(text: str) -> dict[str, int]:
    """`kernel 1 inode 2` as {"kernel": 1, "inode": 2}."""
    words = text.split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


def _failed(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("not ok ")]


def test_what_holds_on_one_cpu_holds_on_four(tmp_path: Path) -> None:
    lines = _lines(tmp_path, "abi", 4)
    assert "Bantam: 4 CPUs" in lines
    assert len([line for line in lines if line.startswith("ok ")]) > 400
    assert _failed(lines) == []


def test_eight_cpus_wake_end_and_flush_each_other(tmp_path: Path) -> None:
    lines = _lines(tmp_path, "abi", 8, cmdline="-- suite=cpu suite=smp suite=shootdown")
    assert "Bantam: 8 CPUs" in lines
    assert "ok shootdown: threads map and unmap side by side" in lines
    assert _failed(lines) == []


def test_calls_of_threads_on_four_cpus_share_no_lock(tmp_path: Path) -> None:
    """The counts of locks taken, read back from the kernel: a barrier's few, not one a call."""
    said = [LOCKS.fullmatch(line) for line in _lines(tmp_path, "locks", 4)]
    matches = [match for match in said if match]
    calls = int(matches[0][3])
    counts = {match[1]: _by_class(match[2]) for match in matches}
    # One that takes the lock: what is counted is what happens.
    assert counts.pop("umask")["kernel"] >= calls
    assert set(counts) == set(OWN)
    for name, taken in counts.items():
        for lock, times in taken.items():
            assert times < calls * (OWN[name].get(lock, 0) + 0.1), (name, lock)
        if "space" in OWN[name]:
            assert taken["space"] >= calls, name


def test_more_cpus_than_are_used_are_left_alone(tmp_path: Path) -> None:
    assert "Bantam: 8 CPUs" in _lines(tmp_path, "abi", 11, cmdline="-- suite=cpu")
