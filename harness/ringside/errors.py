"""What can go wrong, as a user sees it: one exception, one line that says what to do.

RingsideError
+-- CatalogError      a manifest, a kernel id or a workload name is wrong
+-- ImageError        a kernel image can't be had or is not what the manifest says
|   +-- MirrorError   a Debian mirror does not hold it, or not now
+-- MachineError      QEMU is missing, too old, or did not start
+-- SessionError      a guest could not be talked to
+-- StoreError        a results file can't be read or written
+-- JudgeError        two results can't be compared (exit status 2 of `ringside check`)
+-- ReportError       a report or chart could not be made
"""

from __future__ import annotations


class RingsideError(Exception):
    """Base of every error meant for the user; `str()` of it is one line."""


class CatalogError(RingsideError):
    """A manifest, a kernel id or a workload name is wrong."""


class ImageError(RingsideError):
    """A kernel image can't be had, or is not what its manifest says."""


class MirrorError(ImageError):
    """A Debian mirror does not hold, or does not hold now, what a manifest names."""


class MachineError(RingsideError):
    """QEMU is missing, too old, or did not start."""


class SessionError(RingsideError):
    """A guest could not be talked to."""


class StoreError(RingsideError):
    """A results file can't be read or written."""


class ProfileError(RingsideError):
    """What was seen of a guest from outside is missing or does not add up."""


class JudgeError(RingsideError):
    """Two results can't be compared."""


class ReportError(RingsideError):
    """A report or a chart could not be made."""
