"""Write the plan into a program that contains all workloads (workloads/mono/mono.h)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ringside.errors import ImageError

# First line of the space reserved for the plan: its size in bytes, including this line, and in a
# library also a hash of the workloads in it.
_HEADER = re.compile(rb"# ringside plan ([1-9][0-9]{0,6})(?: ([0-9a-f]{64}))?\n")


# workloads/include/plan.h
PLAN_MAX = 256


def check_length(plan: Sequence[str]) -> None:
    """Raise ImageError if `plan` has more workloads than the runner supports."""
    if len(plan) > PLAN_MAX:
        raise ImageError(
            f"{len(plan)} workloads in one plan: the runner supports at most {PLAN_MAX}"
        )


def embed_plan(image: bytes, plan: Sequence[str], profile: str, what: str) -> bytes:
    """`image`, of any format, with the plan written into the space reserved for it.

    `what` names the image in errors. Raises ImageError if there is no such space or more than one,
    and if the plan does not fit.
    """
    check_length(plan)
    at, size = find_plan(image, what)
    header = image[at : image.index(b"\n", at) + 1]
    text = header + "".join(f"{line}\n" for line in (f"profile {profile}", *plan)).encode()
    if len(text) > size:
        raise ImageError(
            f"the plan needs {len(text)} bytes but {what} has room for {size}: select fewer "
            f"workloads with --workloads, or use --isolate boot"
        )
    return image[:at] + text.ljust(size, b"\n") + image[at + size :]


def find_plan(image: bytes, what: str) -> tuple[int, int]:
    """Offset and size in bytes of the space reserved for the plan. Raises ImageError."""
    headers = list(_HEADER.finditer(image))
    if not headers:
        raise ImageError(f"{what} has no space for a plan: it was not built from workloads/mono")
    if len(headers) > 1:
        raise ImageError(f"{what} holds {len(headers)} plan sections: expected one")
    at, size = headers[0].start(), int(headers[0][1])
    if at + size > len(image):
        raise ImageError(f"{what} ends within its plan section: it is truncated")
    return at, size


def workloads_hash(image: bytes, what: str) -> str:
    """The hash of the workloads in `image` or library, or an empty string if it has none.

    Raises ImageError if it contains no workloads.
    """
    at, _ = find_plan(image, what)
    header = _HEADER.match(image, at)
    return (header[2] or b"").decode() if header else ""
