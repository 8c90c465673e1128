"""Prove what a kernel was built with from the config file it ships."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ringside.errors import ImageError

_SET = re.compile(r"^(CONFIG_\w+)=(.*)$")
_UNSET = re.compile(r"^# (CONFIG_\w+) is not set$")


def parse_config(text: str) -> dict[str, str]:
    """Options of a kernel config file; one that is `is not set` has the value `n`."""
    options: dict[str, str] = {}
    for line in text.splitlines():
        if match := _SET.match(line):
            options[match[1]] = match[2].strip('"')
        elif match := _UNSET.match(line):
            options[match[1]] = "n"
    return options


def prove(what: str, text: str, required: Mapping[str, str]) -> dict[str, str]:
    """The `required` options, read from a config's `text`.

    An option that the file does not mention counts as `n`. Raises ImageError naming the first
    option that has another value.
    """
    options = parse_config(text)
    for option, value in required.items():
        found = options.get(option, "n")
        if found != value:
            raise ImageError(f"{what}: its config has {option}={found}, but {value} is required")
    return dict(required)
