"""Generate docs/linux-abi.md from the kernel's call table and syscall/calls.txt.

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

Bantam implements {count} of Linux's x86_64 system calls: {full} fully, {partial} partially. All others
fail with `ENOSYS`. This page is generated from the kernel's system call table
(`kernel-under-test/syscall/calls.def`) and `syscall/calls.txt` by `make -C kernel-under-test docs`; a
test fails if the two differ.

*Full* means that, as far as we know, every flag and error works as documented in Linux's manual pages,
for the features that the kernel has; [caveats.md](caveats.md) lists those that it does not have.
*Partial* lists what is missing or different. The guest tests in `kernel-under-test/tests/guest/`, and
third-party programs (`harness/tests/test_bantam_programs.py`), must behave the same on Bantam and on
Linux 6.1.

| number | call | status | missing or different |
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
