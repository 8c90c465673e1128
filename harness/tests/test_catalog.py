"""Manifests and workloads: what is wrong is said in one line that names the place."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Checkout, manifest
from hypothesis import given
from hypothesis import strategies as st

from ringside.catalog import find_root, load, load_workloads
from ringside.catalog.load import missing_key, read_manifest
from ringside.catalog.model import Boot
from ringside.catalog.names import select, split_list
from ringside.errors import CatalogError

NAMES = ("file/stat", "file/read", "proc/stat", "syscall/null")


def write(tmp_path: Path, text: str, name: str = "one") -> Path:
    file = tmp_path / "kernels" / name / "kernel.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("memory_mib = 64", "memory_mib = 1", "boot.memory_mib: input should be greater"),
        ("memory_mib = 64", 'memory_mib = "x"', "(got 'x')"),
        ("memory_mib = 64", "", "boot.memory_mib: this key is required"),
        ("memory_mib = 64", "memory_mib = 64\nsmp = 2", "boot.smp: unknown key"),
        ('panic = ["Kernel panic"]', 'panic = ["("]', "not a regular expression"),
        ('target = "same-bytes"', 'target = "flies"', "target: input should be 'listed'"),
        ("schema = 1", "schema = 2", "schema: input should be 1 (got 2)"),
        ("schema = 1", 'schema = 1\nid = "two"', "id: must be the directory's name (got 'two')"),
        ('port = "linux-x86_64"', 'port = "../x"', "port: string should match"),
        ("[boot]", "[boot", "not valid TOML"),
    ],
)
def test_a_wrong_manifest_is_one_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = write(tmp_path, manifest("one").replace(old, new))
    with pytest.raises(CatalogError) as caught:
        read_manifest(file, tmp_path)
    line = str(caught.value)
    assert line.startswith("kernels/one/kernel.toml: ")
    assert says in line
    assert "\n" not in line


def test_a_manifest_that_is_no_text(tmp_path: Path) -> None:
    file = write(tmp_path, "")
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogError, match="not valid TOML"):
        read_manifest(file, tmp_path)


def test_kernels_come_in_their_order(checkout: Checkout) -> None:
    catalog = load(checkout(ids=("zeta", "alpha", "mid")))
    assert [kernel.id for kernel in catalog.kernels] == ["zeta", "alpha", "mid"]
    assert [kernel.id for kernel in catalog.select(())] == ["zeta", "alpha", "mid"]
    assert [kernel.id for kernel in catalog.select(("mid", "z*"))] == ["zeta", "mid"]


def test_an_unknown_kernel_gets_near_matches(checkout: Checkout) -> None:
    catalog = load(checkout(ids=("bluebird",)))
    with pytest.raises(CatalogError, match="unknown kernel 'blubird': did you mean bluebird"):
        catalog.kernel("blubird")


def test_a_listed_kernel_cannot_be_asked_for(checkout: Checkout) -> None:
    root = checkout(ids=("one", "two"))
    file = root / "kernels" / "two" / "kernel.toml"
    file.write_text(file.read_text().replace('port = "linux-x86_64"', ""))
    catalog = load(root)
    assert [kernel.id for kernel in catalog.select(())] == ["one"]
    with pytest.raises(CatalogError, match="two can't run yet: it lacks the key `port` in"):
        catalog.select(("two",))


def test_kernel_without_image_runs_only_with_user_image(checkout: Checkout) -> None:
    root = checkout(ids=("one", "two"))
    file = root / "kernels" / "two" / "kernel.toml"
    image = 'image = { source = "file", offers = "an ELF", build = "https://example.org/" }'
    made = 'image = { source = "make", directory = "src", kernel = "kernel.elf" }'
    file.write_text(file.read_text().replace(made, image))
    catalog = load(root)
    assert [kernel.id for kernel in catalog.select(())] == ["one"]
    assert [kernel.id for kernel in catalog.select((), user_images={"two"})] == ["one", "two"]
    assert [kernel.id for kernel in catalog.select(("two",))] == ["two"]


def test_non_default_kernel_runs_when_named(checkout: Checkout) -> None:
    root = checkout(ids=("one", "two", "three"))
    file = root / "kernels" / "two" / "kernel.toml"
    file.write_text(file.read_text().replace("order = 1", "order = 1\ndefault = false"))
    catalog = load(root)

    def chosen(*patterns: str, user_images: frozenset[str] = frozenset()) -> list[str]:
        return [kernel.id for kernel in catalog.select(patterns, user_images)]

    assert chosen() == ["one", "three"]
    assert chosen(user_images=frozenset({"two"})) == ["one", "two", "three"]
    assert chosen("two") == chosen("tw*") == ["two"]
    assert chosen("all") == ["one", "two", "three"]


def test_all_leaves_out_what_has_no_image(checkout: Checkout) -> None:
    root = checkout(ids=("one", "two"))
    file = root / "kernels" / "two" / "kernel.toml"
    text = file.read_text()
    made = 'image = { source = "make", directory = "src", kernel = "kernel.elf" }'
    image = 'image = { source = "file", offers = "an ELF", build = "https://example.org/" }'
    file.write_text(text.replace(made, image))
    catalog = load(root)
    assert [kernel.id for kernel in catalog.select(("all",))] == ["one"]
    assert [kernel.id for kernel in catalog.select(("all",), {"two"})] == ["one", "two"]


@pytest.mark.parametrize("missing", ["image", "boot", "port"])
def test_what_a_manifest_lacks_is_said(checkout: Checkout, missing: str) -> None:
    kernel = load(checkout()).kernel("one")
    assert missing_key(kernel) is None
    line = missing_key(kernel.model_copy(update={missing: None}))
    assert line is not None
    assert missing in line and "kernels/one/kernel.toml" in line


def test_a_kernel_can_not_be_called_all(tmp_path: Path) -> None:
    file = write(tmp_path, manifest("all"), name="all")
    with pytest.raises(CatalogError, match="`all` names all kernels"):
        read_manifest(file, tmp_path)


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (("null",), ("syscall/null",)),
        (("file/*",), ("file/stat", "file/read")),
        (("syscall/null", "file/stat"), ("file/stat", "syscall/null")),
        (("*",), NAMES),
    ],
)
def test_names_are_selected(patterns: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert select("workload", patterns, NAMES, "see") == expected


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("stat", "ambiguous: use one of file/stat, proc/stat"),
        ("nul", "did you mean syscall/null?"),
        ("zzzz", "`see` lists all"),
        ("net/*", "no workload matches 'net/*'"),
    ],
)
def test_names_that_cannot_be_selected(pattern: str, says: str) -> None:
    with pytest.raises(CatalogError) as caught:
        select("workload", (pattern,), NAMES, "see")
    assert says in str(caught.value)


@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_pattern_gives_known_names_or_one_line(patterns: list[str]) -> None:
    try:
        assert set(select("workload", patterns, NAMES, "see")) <= set(NAMES)
    except CatalogError as error:
        assert str(error)


def test_lists_are_split() -> None:
    assert split_list(("a, b", ",c,", "")) == ("a", "b", "c")


def test_workloads_are_the_elves(checkout: Checkout) -> None:
    root = checkout(workloads=("a/x", "b/y", "b/exec_target"))
    build = root / "workloads" / "build" / "linux-x86_64"
    (build / "a" / "notes.txt").write_text("no ELF")
    (build / ".obj").mkdir()
    (build / ".obj" / "x.o").write_bytes((build / "a" / "x").read_bytes())
    found = load_workloads(root, "linux-x86_64")
    assert found.names == ("a/x", "b/y")
    assert [extra.name for extra in found.extras] == ["b/exec_target"]
    assert len({workload.sha256 for workload in found.workloads}) == 2


def test_workloads_that_are_not_built(checkout: Checkout) -> None:
    root = checkout()
    with pytest.raises(CatalogError, match=r"run `make -C workloads`"):
        load_workloads(root, "other-port")


def test_the_root_is_found(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = checkout()
    assert find_root() == root
    monkeypatch.setenv("RINGSIDE_ROOT", str(tmp_path))
    with pytest.raises(CatalogError, match="point it at a checkout"):
        find_root()
    monkeypatch.delenv("RINGSIDE_ROOT")
    monkeypatch.chdir(root / "workloads")
    assert find_root() == root


def test_a_cpu_is_called_what_this_qemu_calls_it() -> None:
    boot = Boot.model_validate(
        {
            "arch": "riscv32",
            "machine": "virt",
            "memory_mib": 128,
            "cpu": "old",
            "cpu_from": {"8.2": "new", "10.0": "newest"},
            "workloads": "none",
            "ways": {"direct": {"image": "kernel"}},
        }
    )
    names = [boot.for_qemu(v).cpu for v in ((7, 2, 22), (8, 2, 0), (9, 2, 1), (10, 0, 2))]
    assert names == ["old", "new", "new", "newest"]
