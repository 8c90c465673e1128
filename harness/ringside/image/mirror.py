"""Find a Debian mirror in the configuration of the host; no address is hard-coded."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ringside.errors import ImageError

MIRROR_VARIABLE = "RINGSIDE_DEBIAN_MIRROR"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
TEMPLATE = Path("/usr/share/python-apt/templates/Debian.info")


def find_mirror() -> str:
    """The base URI of a Debian mirror, without a trailing slash.

    From $RINGSIDE_DEBIAN_MIRROR, else from the apt sources of a Debian host, else from the
    template in the package python-apt-common, which Ubuntu has too. Raises ImageError if none of
    them names one.
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
    """Debian's archive keyring. Raises ImageError if it is not installed."""
    if not KEYRING.is_file():
        raise ImageError(f"{KEYRING} is missing: run `apt-get install debian-archive-keyring`")
    return KEYRING


def parse_index_targets(text: str) -> str | None:
    """The mirror in the output of `apt-get indextargets` in the format of `_from_apt`, or None.

    Each line is `origin|release|repository URI`. Security and update archives are skipped: their
    URIs don't end in `/debian`, or their releases have a hyphen.
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
