"""Check required options in the config file that a kernel package contains."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ringside.errors import ImageError

_SET = re.compile(r"^(CONFIG_\w+)=(.*)$")
_UNSET = re.compile(r"^# (CONFIG_\w+) is not set$")


def parse_config(text: str) -> dict[str, str]:
    """The options of a kernel config file; `is not set` becomes the value `n`."""
    options: dict[str, str] = {}
    for line in text.splitlines():
        if match := _SET.match(line):
            options[match[1]] = match[2].strip('"')
        elif match := _UNSET.match(line):
            options[match[1]] = "n"
    return options


def require_options(what: str, text: str, required: Mapping[str, str]) -> dict[str, str]:
    """Check the config file `text` for the `required` options and return them.

    A missing option counts as `n`. Raises ImageError with the first option whose value differs.
    """
    options = parse_config(text)
    for option, value in required.items():
        found = options.get(option, "n")
        if found != value:
            raise ImageError(f"{what}: its config has {option}={found}, but {value} is required")
    return dict(required)
