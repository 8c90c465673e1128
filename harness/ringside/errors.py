"""The exceptions of this package. Each message is one line that says what to do.

RingsideError
+-- CatalogError      an invalid manifest, kernel id or workload name
+-- ImageError        a kernel image is unavailable or does not match its manifest
|   +-- MirrorError   a Debian mirror does not provide it, or not at the moment
+-- MachineError      QEMU is missing, too old, or failed to start
+-- SessionError      communication with a guest failed
+-- StoreError        a results file can't be read or written
+-- ProfileError      a guest's observation is missing or inconsistent
+-- JudgeError        two results are not comparable (exit status 2 of `ringside check`)
+-- ReportError       a report or chart can't be made
"""

from __future__ import annotations


class RingsideError(Exception):
    """Base of all errors that are shown to the user; `str()` of one is a single line."""


class CatalogError(RingsideError):
    """A manifest, a kernel id or a workload name is invalid."""


class ImageError(RingsideError):
    """A kernel image is unavailable or does not match its manifest."""


class MirrorError(ImageError):
    """A Debian mirror does not provide what a manifest names, or not at the moment."""


class MachineError(RingsideError):
    """QEMU is missing, too old, or failed to start."""


class SessionError(RingsideError):
    """Communication with a guest failed."""


class StoreError(RingsideError):
    """A results file can't be read or written."""


class ProfileError(RingsideError):
    """The observation of a guest from outside is missing or inconsistent."""


class JudgeError(RingsideError):
    """Two results are not comparable."""


class ReportError(RingsideError):
    """A report or a chart can't be made."""
