"""What a run tells while it goes on."""

from __future__ import annotations

from typing import Protocol

from ringside.store.schema import BootRecord, Measurement, ProbeAnswer


class Observer(Protocol):
    """Told of every step. Called from one thread; must not block."""

    def preparing(self, what: str) -> None:
        """Something that takes time is about to be built, fetched or unpacked."""

    def planned(self, kernels: tuple[str, ...], workloads: int, probes: int) -> None:
        """All is at hand: each kernel will run that many workloads and probes."""

    def booting(self, kernel: str, boot: int) -> None:
        """A kernel is started, for the `boot`-th time (from 1)."""

    def ready(self, kernel: str) -> None:
        """The guest's runner spoke."""

    def measuring(self, kernel: str, workload: str) -> None:
        """A workload begins."""

    def measured(self, measurement: Measurement) -> None:
        """A workload is over, one way or another."""

    def probed(self, answer: ProbeAnswer) -> None:
        """A probe is over, one way or another."""

    def ended(self, boot: BootRecord) -> None:
        """A boot is over."""


class Silent:
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
