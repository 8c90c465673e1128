"""Names a user typed, matched against the names there are."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterable, Sequence

from ringside.errors import CatalogError


def unknown(kind: str, name: str, known: Sequence[str], see: str) -> CatalogError:
    """The one-line error for a `name` that is none of `known`; `see` is a command that lists."""
    # Someone who types one part of a name is told the whole.
    whole = {full.rpartition("/")[2]: full for full in known} | {full: full for full in known}
    matches = difflib.get_close_matches(name, whole, n=3, cutoff=0.5)
    near = dict.fromkeys(whole[match] for match in matches)
    if near:
        return CatalogError(f"unknown {kind} {name!r}: did you mean {', '.join(near)}?")
    return CatalogError(f"unknown {kind} {name!r}: `{see}` lists all")


def split_list(values: Iterable[str]) -> tuple[str, ...]:
    """Names from options that may be repeated and may hold comma-separated lists."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def select(kind: str, patterns: Sequence[str], known: Sequence[str], see: str) -> tuple[str, ...]:
    """The names that `patterns` ask for, in the order of `known`, each once.

    A pattern is a full name, a glob, or the last part (after the last `/`) of exactly one name.
    Raises CatalogError for a pattern that matches nothing or is ambiguous.
    """
    wanted: set[str] = set()
    for pattern in patterns:
        wanted.update(_match(kind, pattern, known, see))
    return tuple(name for name in known if name in wanted)


def _match(kind: str, pattern: str, known: Sequence[str], see: str) -> Sequence[str]:
    if pattern in known:
        return [pattern]
    if any(c in pattern for c in "*?["):
        found = [name for name in known if fnmatch.fnmatchcase(name, pattern)]
        if not found:
            raise CatalogError(f"no {kind} matches {pattern!r}: `{see}` lists all")
        return found
    found = [name for name in known if name.rpartition("/")[2] == pattern]
    if len(found) > 1:
        raise CatalogError(f"{kind} {pattern!r} is ambiguous: use one of {', '.join(found)}")
    if not found:
        raise unknown(kind, pattern, known, see)
    return found
