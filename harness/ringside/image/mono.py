"""The one-program form: the plan is put into the program itself (workloads/mono/mono.h)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ringside.errors import ImageError

# The plan's first line, which says how many bytes there are for it, this line counted in, and in a
# library that others link a hash of what it holds.
_MARK = re.compile(rb"# ringside plan ([1-9][0-9]{0,6})(?: ([0-9a-f]{64}))?\n")


# PLAN_MAX of the runner (workloads/include/plan.h).
MOST_PLANNED = 256


def check_length(plan: Sequence[str]) -> None:
    """Raises ImageError for a plan of more workloads than any runner takes."""
    if len(plan) > MOST_PLANNED:
        raise ImageError(
            f"{len(plan)} workloads in one plan: the runner supports at most {MOST_PLANNED}"
        )


def with_plan(image: bytes, plan: Sequence[str], profile: str, what: str) -> bytes:
    """`image`, of any form, with the place that its program keeps for a plan filled.

    `what` names the image in errors. Raises ImageError when it has no such place, or several, or
    when the plan does not fit.
    """
    check_length(plan)
    at, size = find_plan(image, what)
    mark = image[at : image.index(b"\n", at) + 1]
    text = mark + "".join(f"{line}\n" for line in (f"profile {profile}", *plan)).encode()
    if len(text) > size:
        raise ImageError(
            f"the plan needs {len(text)} bytes but {what} has room for {size}: select fewer "
            f"workloads with --workloads, or use --isolate boot"
        )
    return image[:at] + text.ljust(size, b"\n") + image[at + size :]


def find_plan(image: bytes, what: str) -> tuple[int, int]:
    """Where the plan's place begins in `image`, and its bytes. Raises ImageError."""
    marks = list(_MARK.finditer(image))
    if not marks:
        raise ImageError(f"{what} has no space for a plan: it was not built from workloads/mono")
    if len(marks) > 1:
        raise ImageError(f"{what} holds {len(marks)} plan sections: expected one")
    at, size = marks[0].start(), int(marks[0][1])
    if at + size > len(image):
        raise ImageError(f"{what} ends within its plan section: it is truncated")
    return at, size


def identity(image: bytes, what: str) -> str:
    """The hash by which `image`, or the library itself, tells its build of the workloads from
    others; empty where it tells none. Raises ImageError when it holds no workloads."""
    at, _ = find_plan(image, what)
    mark = _MARK.match(image, at)
    return (mark[2] or b"").decode() if mark else ""
