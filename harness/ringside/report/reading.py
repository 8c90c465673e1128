"""How to read the numbers: said in every report, since a number travels without its manual."""

from __future__ import annotations

from ringside.store.schema import Clock

_EXACT = (
    "The unit is instructions: QEMU counts each instruction that the guest executes, in user and "
    "kernel mode. Two runs with the same QEMU, images and workloads give the same numbers, "
    "whatever else the host does.",
    "Instructions are not time. Caches, branch prediction, memory latency and the cost of a mode "
    "switch are not in them; a kernel that executes fewer instructions is often, and not always, "
    "the faster one.",
    "A rep-prefixed string instruction counts once for each iteration, so a copy of 4 KiB with "
    "rep movsb counts as 4,096 and with rep movsq as 512. Which one a kernel picks depends on the "
    "CPU features that QEMU shows it: compare only runs of the same CPU model.",
    "The count is read through the guest's time-stamp counter, which in an idle guest jumps ahead "
    "to the next timer: a workload that slept would show the sleep as instructions.",
)
_KVM = (
    "The unit is nanoseconds on the host's CPU, through the guest's time-stamp counter. Noise of "
    "the host is in them.",
)
_TCG = (
    "The unit is nanoseconds of an emulator: what QEMU needs to emulate the guest, with the noise "
    "of the host. These numbers say that a workload runs, and little about hardware.",
)
_SAMPLED = (
    "A ratio is one of medians. Better and worse are said only when the two-sided Mann-Whitney U "
    "test and a bootstrap interval agree at 99 %; otherwise the report says how large a "
    "difference could have gone unseen.",
)
_ALWAYS = (
    "A cost is that of one operation as the program sees it: the loop around it, the call and the "
    "user side are included. What an empty loop of the same shape costs stands beside the samples "
    "and is never subtracted.",
    "Each cost is the median of all repetitions after the warm-up; spread is the interquartile "
    "range over the median, and 0 % means that the middle half were equal.",
    "Where bytes, messages or the operations of several tasks are counted, the rate is shown "
    "instead of the cost, in kinstr (a thousand) and Minstr (a million instructions of all CPUs "
    "together) or seconds: there more is better, and so is a ratio above 1. The geometric mean is "
    "one of costs throughout.",
    "A ratio is taken only where both kernels ran the same ELF file, one SHA-256. The geometric "
    "mean counts every workload alike: it sums up this set of workloads and no other.",
)


def how_to_read(clock: Clock) -> tuple[str, ...]:
    """The paragraphs that belong to a clock."""
    if clock == "exact":
        return (*_EXACT, *_ALWAYS)
    return (*(_KVM if clock == "kvm" else _TCG), *_ALWAYS, *_SAMPLED)
