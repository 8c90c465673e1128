"""The rules that the sources of the kernel under test keep, checked on their text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "kernel-under-test"
LAYERS = (
    "lib",
    "arch",
    "mm",
    "sched",
    "fs",
    "ipc",
    "net",
    "proc",
    "drivers",
    "syscall",
    "init",
)
# Freestanding C has these; nothing else comes from outside.
STANDARD = {"stdarg.h", "stdbool.h", "stddef.h", "stdint.h"}
LONGEST = 400
# Where headers named without their folder are found, as the Makefile says.
PRIVATE = (SOURCE / "arch/x86_64", SOURCE / "arch/x86_64/include")
USER_COPIES = re.compile(
    r"\b(copy_\w+_user(_nowait)?|copy_string_from_user|clear_user(_nowait)?|get_user_\w+)\b"
)
# Who may follow a pointer that a user gave, and why it can't be left to the system call.
USER_POINTERS = {
    "arch/": "the functions themselves",
    "syscall/": "where such pointers come in",
    "fs/uio.h": "contents go straight between a file and the user",
    "proc/exec/args.c": "the strings of execve are as many as they are",
    "proc/exit.c": "the thread's number is cleared when it ends",
    "proc/fork.c": "a thread's number is written before it runs",
    "proc/rseq.c": "restartable sequences are in user memory",
    "proc/trace/notify.c": "an ioctl knows what its argument is",
    "proc/trace/dispatch.c": "a program says in its memory which calls it wants to hear of",
    "fs/block_file.c": "an ioctl knows what its argument is",
    "ipc/futex.c": "the word must be read where nothing can come between",
    "ipc/futex_waiter.h": "the same",
    "ipc/futex_requeue.c": "the same",
    "ipc/futex_pi.c": "the same",
    "ipc/epoll.c": "events are handed out one by one",
    "ipc/inotify.c": "an ioctl knows what its argument is",
    "ipc/pipe.c": "an ioctl knows what its argument is",
    "net/ip/interface_ioctl.c": "an ioctl knows what its argument is",
    "net/socket.c": "an ioctl knows what its argument is",
    "drivers/memory.c": "an ioctl knows what its argument is",
    "drivers/tty_control.c": "an ioctl knows what its argument is",
    "drivers/pty_control.c": "an ioctl knows what its argument is",
}
INCLUDE = re.compile(r'^#include ([<"])([^">]+)[">]', re.MULTILINE)
FILES = sorted(path for layer in LAYERS for path in (SOURCE / layer).rglob("*.[chS]"))


def _name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def _includes(path: Path) -> list[str]:
    """What a file includes, as paths in the kernel's folder; standard headers by their name."""
    found = []
    for kind, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
        if kind == "<":
            found.append(name)
            continue
        places = [SOURCE / name, *(folder / name for folder in PRIVATE)]
        there = [place for place in places if place.is_file()]
        assert len(there) == 1, f"{_name(path)} includes {name}, which is {len(there)} files"
        found.append(_name(there[0]))
    return found


def _code(path: Path) -> str:
    """The text without comments."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def test_every_folder_with_sources_is_a_layer() -> None:
    folders = {path.relative_to(SOURCE).parts[0] for path in SOURCE.rglob("*.[chS]")}
    assert folders - {"build", "tests"} == set(LAYERS)


def test_a_file_includes_only_from_its_left() -> None:
    wrong = []
    for path in FILES:
        own = LAYERS.index(_name(path).partition("/")[0])
        for name in _includes(path):
            if "/" not in name:
                if name not in STANDARD:
                    wrong.append(f"{_name(path)} includes <{name}>")
            elif LAYERS.index(name.partition("/")[0]) > own:
                wrong.append(f"{_name(path)} includes {name}")
    assert wrong == []


def test_architecture_private_headers_are_not_included_elsewhere() -> None:
    wrong = [
        f"{_name(path)} includes {name}"
        for path in FILES
        for name in _includes(path)
        if name.startswith("arch/x86_64/")
        and not name.startswith("arch/x86_64/include/")
        and not _name(path).startswith("arch/x86_64/")
    ]
    assert wrong == []


def test_no_header_includes_itself_through_others() -> None:
    graph = {_name(path): _includes(path) for path in FILES if path.suffix == ".h"}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"cycle: {' -> '.join((*path, name))}"
        if name in graph and name not in done:
            for included in graph[name]:
                visit(included, (*path, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_each_source_includes_its_own_header_first() -> None:
    wrong = []
    for path in FILES:
        own = [path.with_suffix(".h"), *(SOURCE / "arch").glob(f"{path.stem}.h")]
        headers = {_name(header) for header in own if header.is_file()}
        if path.suffix != ".c" or not headers:
            continue
        if not path.is_relative_to(SOURCE / "arch"):
            headers = {_name(path.with_suffix(".h"))} & headers
        if headers and _includes(path)[0] not in headers:
            wrong.append(f"{_name(path)} begins with {_includes(path)[0]}")
    assert wrong == []


@pytest.mark.parametrize("path", [p for p in FILES if p.suffix == ".h"], ids=_name)
def test_headers_are_included_once_and_say_what_they_are_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("/*")
    assert text.count("\n#pragma once\n") == 1


def test_no_file_is_too_long() -> None:
    lengths = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_no_line_is_too_long() -> None:
    wrong = [
        f"{_name(path)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line.expandtabs(8)) > 100
    ]
    assert wrong == []


def test_user_pointers_are_followed_only_where_they_may_be() -> None:
    wrong = [
        _name(path)
        for path in FILES
        if USER_COPIES.search(_code(path)) and not _name(path).startswith(tuple(USER_POINTERS))
    ]
    assert wrong == []


def test_whoever_may_follow_user_pointers_does() -> None:
    unused = [
        name
        for name in USER_POINTERS
        if not any(
            _name(path).startswith(name) and USER_COPIES.search(_code(path)) for path in FILES
        )
    ]
    assert unused == []


def test_no_structure_hides_behind_a_typedef() -> None:
    wrong = [_name(path) for path in FILES if re.search(r"\btypedef\s+struct\b", _code(path))]
    assert wrong == []


def test_the_portable_part_has_no_assembly_of_a_machine() -> None:
    """Outside arch, only instructions that merely move memory, and the idle loop's."""
    allowed = re.compile(r'"(rep (stosq|movsq)|cli; hlt|pause|)"')
    wrong = []
    for path in FILES:
        if _name(path).startswith("arch/"):
            continue
        for text in re.findall(r"\basm\b[^;(]*\(\s*(\"[^\"]*\")", _code(path)):
            if not allowed.fullmatch(text):
                wrong.append(f"{_name(path)}: {text}")
    assert wrong == []
