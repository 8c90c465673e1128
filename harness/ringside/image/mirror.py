"""Where Debian packages come from: what this machine already uses, never an address of ours."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ringside.errors import ImageError

MIRROR_VARIABLE = "RINGSIDE_DEBIAN_MIRROR"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
TEMPLATE = Path("/usr/share/python-apt/templates/Debian.info")


def find_mirror() -> str:
    """The base URI of a Debian mirror, without a slash at its end.

    Looked for in $RINGSIDE_DEBIAN_MIRROR, in this machine's own apt sources when it is a Debian,
    and in the template that the package python-apt-common brings (also on Ubuntu).
    Raises ImageError when none of them says.
    """
    named = os.environ.get(MIRROR_VARIABLE, "").strip().rstrip("/")
    if named:
        if not named.startswith(("http://", "https://", "file:")):
            raise ImageError(f"{MIRROR_VARIABLE}={named} is not an http, https or file URI")
        return named
    found = _from_apt() or _from_template(TEMPLATE)
    if found is None:
        raise ImageError(
            f"no Debian mirror known: set {MIRROR_VARIABLE} to one, "
            f"or run `apt-get install python-apt-common`"
        )
    return found


def find_keyring() -> Path:
    """Debian's archive keyring. Raises ImageError when it is not installed."""
    if not KEYRING.is_file():
        raise ImageError(f"{KEYRING} is missing: run `apt-get install debian-archive-keyring`")
    return KEYRING


def parse_index_targets(text: str) -> str | None:
    """The mirror in the output of `apt-get indextargets` in our format, or None.

    A line is `origin|release|repository URI`. Security and update archives don't end in
    `/debian` or are not named after a release, and are passed over.
    """
    for line in text.splitlines():
        origin, _, rest = line.partition("|")
        release, _, uri = rest.partition("|")
        uri = uri.strip().rstrip("/")
        if origin == "Debian" and "-" not in release and uri.endswith("/debian"):
            return uri
    return None


def _from_apt() -> str | None:
    try:
        done = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(RELEASE)|$(REPO_URI)"],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        return None
    return parse_index_targets(done.stdout)


def _from_template(template: Path) -> str | None:
    try:
        lines = template.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        key, _, value = line.partition(":")
        uri = value.strip().rstrip("/")
        if key.strip() == "BaseURI" and uri.endswith("/debian"):
            return uri
    return None
