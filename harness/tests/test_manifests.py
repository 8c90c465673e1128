"""The manifests of this checkout: all load, every fact has a source, every option is explained."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from ringside.catalog.load import load
from ringside.catalog.model import FACT_COLUMNS, Kernel

ROOT = Path(__file__).resolve().parents[2]
KERNELS = load(ROOT).kernels
WAYS = [
    pytest.param(kernel, name, id=f"{kernel.id}-{name}")
    for kernel in KERNELS
    if kernel.boot is not None
    for name in kernel.boot.ways
]


@pytest.fixture(params=KERNELS, ids=lambda kernel: kernel.id)
def kernel(request: pytest.FixtureRequest) -> Kernel:
    found = request.param
    assert isinstance(found, Kernel)
    return found


def test_a_comparison_has_one_reference_and_one_subject() -> None:
    """A reference an architecture, since no ratio is taken across; the first is the usual one."""
    references = [k.boot.arch for k in KERNELS if k.role == "reference" and k.boot is not None]
    assert len(set(references)) == len(references)
    assert references[0] == "x86_64"
    assert [k.role for k in KERNELS].count("subject") == 1


def test_rows_have_an_order_of_their_own() -> None:
    orders = [kernel.order for kernel in KERNELS]
    assert len(set(orders)) == len(orders)


def test_every_fact_has_a_source_that_a_reader_can_open(kernel: Kernel) -> None:
    for key in FACT_COLUMNS:
        fact = getattr(kernel.facts, key)
        assert fact.value.strip()
        assert fact.read <= datetime.date.today()
        source = str(fact.source)
        if source == "this repository":
            assert kernel.image is not None and kernel.image.source == "make"
        else:
            assert re.match(r"https://[a-z0-9.-]+\.[a-z]{2,}/", source), source


def test_a_source_file_is_named_at_a_commit_or_a_tag(kernel: Kernel) -> None:
    """A branch moves, and the line that was read moves with it."""
    for key in FACT_COLUMNS:
        source = str(getattr(kernel.facts, key).source)
        where = re.search(r"github\.com/[^/]+/[^/]+/(?:blob|tree|commits?)/([^/]+)", source)
        if where is not None:
            assert re.fullmatch(r"[0-9a-f]{40}|v\d[\d.]*", where.group(1)), source


def test_the_reference_and_the_subject_run_by_default() -> None:
    for kernel in KERNELS:
        of_the_usual = kernel.boot is not None and kernel.boot.arch == "x86_64"
        assert kernel.default or kernel.role == "peer" or not of_the_usual


def test_a_row_that_is_only_listed_says_what_to_give(kernel: Kernel) -> None:
    if not kernel.runnable and not kernel.bootable:
        assert kernel.image is not None and kernel.image.source == "file"
        assert kernel.boot is None and kernel.port is None
        assert str(kernel.image.build).startswith("https://")


def test_panic_patterns_do_not_match_the_protocol(kernel: Kernel) -> None:
    for pattern in kernel.console.panic:
        assert not re.search(pattern, "@rs1 1 0 wrong what=panic expected=1 got=0 #00000000")


@pytest.mark.parametrize(("kernel", "way"), WAYS)
def test_every_option_of_the_command_line_is_explained(kernel: Kernel, way: str) -> None:
    assert kernel.boot is not None
    boot = kernel.boot.ways[way]
    explained = " ".join(boot.effects)
    for option in boot.cmdline.split():
        if not option.startswith("console="):
            assert option in explained, option


@pytest.mark.parametrize(("kernel", "way"), WAYS)
def test_kernels_are_compared_on_the_same_machine(kernel: Kernel, way: str) -> None:
    assert kernel.boot is not None
    if kernel.boot.cpu is not None:
        # No ratio is taken then, whatever else the machines have in common.
        return
    for other in KERNELS:
        if other.role == "reference" and other.boot and other.boot.arch == kernel.boot.arch:
            assert (kernel.boot.machine, kernel.boot.memory_mib) == (
                other.boot.machine,
                other.boot.memory_mib,
            )


def test_a_row_that_is_only_booted_aims_at_no_more(kernel: Kernel) -> None:
    if kernel.boot_only:
        assert kernel.bootable and kernel.port is None
        assert kernel.target in ("boots", "observed") and not kernel.default


def test_required_config_options_are_verified() -> None:
    for kernel in KERNELS:
        if kernel.image is not None and kernel.image.source == "deb":
            assert kernel.image.config is not None or not kernel.image.prove
            for key in FACT_COLUMNS:
                note = getattr(kernel.facts, key).note or ""
                for option, value in re.findall(r"\b(CONFIG_[A-Z_]+)=([a-z])\b", note):
                    assert kernel.image.prove[option] == value
