"""Explanations of the numbers for every report, which is often read without the manual."""

from __future__ import annotations

from ringside.store.schema import Clock

_EXACT = (
    "The unit is instructions: QEMU counts each instruction that the guest executes, in user and "
    "kernel mode. Two runs with the same QEMU, images and workloads give the same numbers, "
    "whatever the load on the host.",
    "Instructions are not time. They do not include the effects of caches, branch prediction, "
    "memory latency and mode switches; a kernel that executes fewer instructions is often, but "
    "not always, faster.",
    "A rep-prefixed string instruction counts once per iteration, so a copy of 4 KiB counts as "
    "4,096 with rep movsb and as 512 with rep movsq. Which one a kernel uses depends on the CPU "
    "model's features: compare only runs with the same CPU model.",
    "The count is read from the guest's time stamp counter, which in an idle guest jumps ahead to "
    "the next timer: for a workload that sleeps, the sleep counts as instructions.",
)
_KVM = (
    "The unit is nanoseconds on the host's CPU, read from the guest's time stamp counter. They "
    "include the noise of the host.",
)
_TCG = (
    "The unit is nanoseconds that QEMU needs to emulate the guest, including the noise of the "
    "host. These numbers show that a workload runs, but say little about hardware.",
)
_SAMPLED = (
    "A ratio is that of two medians. It is reported as better or worse only if the two-sided "
    "Mann-Whitney U test and a bootstrap interval agree at 99 %; otherwise the report says how "
    "large a difference could have remained undetected.",
)
_ALWAYS = (
    "A cost is that of one operation as seen by the program, including the loop, the call and the "
    "user side. The cost of an empty loop of the same shape is listed with the samples and never "
    "subtracted.",
    "Each cost is the median of all repetitions after the warm-up. Spread is the interquartile "
    "range divided by the median; 0 % means that the middle half of the samples are equal.",
    "Workloads that count bytes, messages or the operations of several tasks show a rate instead "
    "of a cost, per kinstr (a thousand) or Minstr (a million instructions of all CPUs) or per "
    "second. For these, more is better, and so is a ratio above 1. The geometric mean always uses "
    "costs.",
    "Ratios are computed only where both kernels ran the same ELF file, by SHA-256. The geometric "
    "mean weights all workloads equally: it summarizes this set of workloads and no other.",
)


def how_to_read(clock: Clock) -> tuple[str, ...]:
    """The paragraphs that apply to a clock."""
    if clock == "exact":
        return (*_EXACT, *_ALWAYS)
    return (*(_KVM if clock == "kvm" else _TCG), *_ALWAYS, *_SAMPLED)
