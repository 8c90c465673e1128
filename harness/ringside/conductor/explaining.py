"""Explain one workload on several kernels, or on several revisions of one kernel."""

from __future__ import annotations

import asyncio
import dataclasses
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ringside.catalog.model import MakeImage
from ringside.conductor.cpus import host_cpus
from ringside.conductor.observer import Observer
from ringside.conductor.prepare import Candidate, Plan
from ringside.conductor.symbols import kernel_symbols
from ringside.conductor.watch import PluginSetup, build_plugin, watch_workloads
from ringside.errors import CatalogError, ProfileError, RingsideError
from ringside.image import KernelImage, Symbols, boot_file
from ringside.image.files import sha256_file
from ringside.image.revision import build_revision, resolve_revision
from ringside.machine.newer import find_qemu_for_plugins
from ringside.machine.version import version_tuple
from ringside.profile import Explanation, Names, explain
from ringside.records import Verdict

_COMMIT_DIGITS = 10


@dataclass(frozen=True)
class Subject:
    """A kernel to explain a workload on; `label` is its id, with `@revision` if requested."""

    label: str
    candidate: Candidate


def with_plugin_support(plan: Plan) -> Plan:
    """`plan` with a QEMU that supports plugins."""
    qemu = find_qemu_for_plugins(plan.candidates[0].boot.arch, plan.cache)
    candidates = tuple(
        dataclasses.replace(c, boot=c.boot.for_qemu(version_tuple(qemu))) for c in plan.candidates
    )
    return dataclasses.replace(plan, qemu=qemu, candidates=candidates)


def subjects_of(plan: Plan, revisions: Sequence[str], observer: Observer) -> tuple[Subject, ...]:
    """The plan's kernels, or with `revisions` its only kernel built at each revision.

    Raises CatalogError with `revisions` if there are several kernels or it is not built here.
    """
    if not revisions:
        return tuple(Subject(c.kernel.id, c) for c in plan.candidates)
    candidate = plan.candidates[0]
    source = candidate.kernel.image
    if len(plan.candidates) != 1 or not isinstance(source, MakeImage):
        raise CatalogError("--revs needs one kernel that is built in this repository")
    found = []
    for revision in revisions:
        commit = resolve_revision(plan.root, revision)
        observer.preparing(f"building {candidate.kernel.name} at {revision}")
        built = build_revision(plan.root, plan.cache, commit, source.directory, source.target)
        path = built / source.kernel
        image = KernelImage(
            kernel=candidate.kernel.id,
            path=path,
            sha256=sha256_file(path),
            version=commit[:_COMMIT_DIGITS],
        )
        file = boot_file(image, candidate.way, plan.cache)
        label = f"{candidate.kernel.id}@{revision.replace('/', '-')}"
        found.append(Subject(label, dataclasses.replace(candidate, image=image, file=file)))
    return tuple(found)


async def explain_all(
    plan: Plan,
    subjects: Sequence[Subject],
    symbols: Mapping[str, Path],
    observer: Observer,
) -> tuple[Explanation, ...]:
    """Explain the plan's first workload on each subject, concurrently on the host's CPUs.

    `symbols` are symbol files by kernel id. Raises RingsideError for the first subject that fails.
    """
    plugin = build_plugin(plan.root, plan.candidates[0].boot.arch)
    cpus = host_cpus()
    available = asyncio.Semaphore(len(cpus))
    with tempfile.TemporaryDirectory(prefix="ringside-") as folder:

        async def explain_one(index: int, subject: Subject) -> Explanation:
            setup = PluginSetup(plugin, Path(folder), f"{index}", cpus[index % len(cpus)])
            async with available:
                return await _explain(plan, subject, setup, symbols, observer)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(explain_one(i, s)) for i, s in enumerate(subjects)]
        except BaseExceptionGroup as errors:
            for error in errors.exceptions:
                if isinstance(error, RingsideError):
                    raise error from None
            raise
    return tuple(task.result() for task in tasks)


async def _explain(
    plan: Plan,
    subject: Subject,
    setup: PluginSetup,
    symbols: Mapping[str, Path],
    observer: Observer,
) -> Explanation:
    candidate, workload = subject.candidate, plan.workloads[0]
    observer.preparing(f"observing {subject.label}")
    watched, transcript = await watch_workloads(plan, candidate, (workload,), setup, profile=True)
    result = transcript.result(0)
    if result.verdict is not Verdict.WHOLE:
        raise ProfileError(
            f"{subject.label} {workload.name}: {result.verdict.value}: "
            f"{result.detail or 'no samples'}"
        )
    observer.preparing(f"reading the symbols of {subject.label}")
    init = setup.plugin.with_name("kallsyms")
    symbols_file = symbols.get(candidate.kernel.id)
    kernel = await asyncio.to_thread(
        kernel_symbols, candidate, plan.qemu, plan.cache, init, symbols_file
    )
    names = Names(kernel=kernel, user=Symbols.read(workload.path))
    # In a thread: large logs take time, and other guests have time limits.
    return await asyncio.to_thread(
        explain, subject.label, watched.log, result, names, candidate.kernel.profile.scheduler
    )
