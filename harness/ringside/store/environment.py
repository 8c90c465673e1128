"""Facts about the host and the checkout that a run was made with."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ringside.store.schema import Host


def read_host() -> Host:
    """Facts about this host; `unknown` if unavailable."""
    return Host(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)),
        os=_os_name(),
        kernel=platform.release(),
        python=platform.python_version(),
    )


def git_state(root: Path) -> tuple[str | None, bool]:
    """The commit of `root`, None without git, and whether tracked files are modified."""
    revision = _output(["git", "-C", str(root), "rev-parse", "HEAD"])
    if revision is None:
        return None, False
    changes = _output(["git", "-C", str(root), "status", "--porcelain", "--untracked-files=no"])
    return revision, bool(changes)


def _output(argv: Sequence[str]) -> str | None:
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "unknown"
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Model"):
            return value.strip()
    return platform.machine() or "unknown"


def _os_name() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "unknown")
    except OSError:
        return "unknown"
