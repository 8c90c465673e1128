"""Resolve names and patterns from the command line."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterable, Sequence

from ringside.errors import CatalogError


def unknown(kind: str, name: str, known: Sequence[str], list_command: str) -> CatalogError:
    """The error for a `name` that is not in `known`; `list_command` prints the valid names."""
    # Suggest full names for a name's last component too.
    whole = {full.rpartition("/")[2]: full for full in known} | {full: full for full in known}
    matches = difflib.get_close_matches(name, whole, n=3, cutoff=0.5)
    near = dict.fromkeys(whole[match] for match in matches)
    if near:
        return CatalogError(f"unknown {kind} {name!r}: did you mean {', '.join(near)}?")
    return CatalogError(f"unknown {kind} {name!r}: `{list_command}` lists all")


def split_list(values: Iterable[str]) -> tuple[str, ...]:
    """Names from an option that can be repeated and takes comma-separated lists."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def select(
    kind: str, patterns: Sequence[str], known: Sequence[str], list_command: str
) -> tuple[str, ...]:
    """The names that match `patterns`, in the order of `known`.

    A pattern is a full name, a glob, or the last component of exactly one name. Raises CatalogError
    for a pattern that is ambiguous or matches nothing.
    """
    wanted: set[str] = set()
    for pattern in patterns:
        wanted.update(_match(kind, pattern, known, list_command))
    return tuple(name for name in known if name in wanted)


def _match(kind: str, pattern: str, known: Sequence[str], list_command: str) -> Sequence[str]:
    if pattern in known:
        return [pattern]
    if any(c in pattern for c in "*?["):
        found = [name for name in known if fnmatch.fnmatchcase(name, pattern)]
        if not found:
            raise CatalogError(f"no {kind} matches {pattern!r}: `{list_command}` lists all")
        return found
    found = [name for name in known if name.rpartition("/")[2] == pattern]
    if len(found) > 1:
        raise CatalogError(f"{kind} {pattern!r} is ambiguous: use one of {', '.join(found)}")
    if not found:
        raise unknown(kind, pattern, known, list_command)
    return found
