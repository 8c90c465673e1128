"""docs/linux-abi.md, made of the kernel's call table and of what syscall/calls.txt says of each.

    linux_abi.py            write the page
    linux_abi.py --check    say what is out of date or missing, status 1

A line of calls.txt: `NUMBER NAME STATUS[: what is missing]`, STATUS being `full` or `partial`.
"""

import re
import sys
from pathlib import Path

KERNEL = Path(__file__).resolve().parents[1]
TABLE = KERNEL / "syscall" / "calls.def"
CALLS = KERNEL / "syscall" / "calls.txt"
PAGE = KERNEL.parent / "docs" / "linux-abi.md"
LINE = re.compile(r"(\d+) (\w+) (full|partial)(?:: (\S.*))?")

HEAD = """# System calls of Bantam

Bantam answers {count} of Linux's system calls on x86_64: {full} in full, {partial} in part. Any
other gives `ENOSYS`. This page is made from the kernel's own table
(`kernel-under-test/syscall/calls.def`) and from `syscall/calls.txt` beside it, by
`make -C kernel-under-test docs`; a test fails when a call has no line there, or a line no call.

*Full* means: every flag and every errno that we know of does what Linux's manual says, for what the
kernel has at all; what it lacks as a whole is in [caveats.md](caveats.md). *Partial* says what is
missing. How it is held to that: `kernel-under-test/tests/guest/` runs on Bantam and on Linux 6.1
and must say the same on both, and so must other people's programs
(`harness/tests/test_bantam_programs.py`).

| number | call | status | missing, or different |
| ---: | --- | --- | --- |
"""


def in_table() -> set[int]:
    """The numbers that the kernel's table has a function for."""
    return {int(n) for n in re.findall(r"^(?:UN)?LOCKED\((\d+), ", TABLE.read_text(), re.MULTILINE)}


def described() -> dict[int, tuple[str, str, str]]:
    """Name, status and note by number. Raises ValueError with the line that can't be read."""
    found: dict[int, tuple[str, str, str]] = {}
    for number, text in enumerate(CALLS.read_text().splitlines(), 1):
        if not text or text.startswith("#"):
            continue
        match = LINE.fullmatch(text)
        if not match or (match[3] == "partial") != bool(match[4]) or int(match[1]) in found:
            raise ValueError(
                f"{CALLS.name}:{number}: expected `NUMBER NAME full` or `NUMBER NAME partial: "
                f"what is missing`, each number once: {text}"
            )
        found[int(match[1])] = (match[2], match[3], match[4] or "")
    return found


def page() -> str:
    """The whole document. Raises ValueError when a call has no line, or a line no call."""
    table, calls = in_table(), described()
    for what, numbers in (
        ("have no line", table - set(calls)),
        ("are no calls", set(calls) - table),
    ):
        if numbers:
            raise ValueError(f"{CALLS.name}: these {what}: {sorted(numbers)}")
    full = sum(status == "full" for _, status, _ in calls.values())
    head = HEAD.format(count=len(calls), full=full, partial=len(calls) - full)
    rows = (f"| {n} | `{c[0]}` | {c[1]} | {c[2]} |\n" for n, c in sorted(calls.items()))
    return head + "".join(rows)


def main() -> int:
    try:
        text = page()
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if "--check" not in sys.argv:
        PAGE.write_text(text)
    elif PAGE.read_text() != text:
        sys.stderr.write(f"{PAGE.name} is out of date: run `make -C kernel-under-test docs`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
