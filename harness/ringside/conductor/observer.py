"""The interface through which a run reports its progress."""

from __future__ import annotations

from typing import Protocol

from ringside.store.schema import BootRecord, Measurement, ProbeAnswer


class Observer(Protocol):
    """Notified of every step, from one thread. Methods must not block."""

    def preparing(self, what: str) -> None:
        """A slow step begins: a build, download or extraction."""

    def planned(self, kernels: tuple[str, ...], workloads: int, probes: int) -> None:
        """Preparation is complete: each kernel will run so many workloads and probes."""

    def booting(self, kernel: str, boot: int) -> None:
        """The `boot`-th boot of a kernel begins, counted from 1."""

    def ready(self, kernel: str) -> None:
        """The guest's runner has started."""

    def measuring(self, kernel: str, workload: str) -> None:
        """A workload begins."""

    def measured(self, measurement: Measurement) -> None:
        """A workload has ended, with or without a result."""

    def probed(self, answer: ProbeAnswer) -> None:
        """A probe has ended, with or without an answer."""

    def ended(self, boot: BootRecord) -> None:
        """A boot has ended."""


class NullObserver:
    """An observer that does nothing."""

    def preparing(self, what: str) -> None:
        """Do nothing."""

    def planned(self, kernels: tuple[str, ...], workloads: int, probes: int) -> None:
        """Do nothing."""

    def booting(self, kernel: str, boot: int) -> None:
        """Do nothing."""

    def ready(self, kernel: str) -> None:
        """Do nothing."""

    def measuring(self, kernel: str, workload: str) -> None:
        """Do nothing."""

    def measured(self, measurement: Measurement) -> None:
        """Do nothing."""

    def probed(self, answer: ProbeAnswer) -> None:
        """Do nothing."""

    def ended(self, boot: BootRecord) -> None:
        """Do nothing."""
