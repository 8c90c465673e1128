"""The packages stand in one line, and each imports only what stands to its left."""

from __future__ import annotations

import ast
from pathlib import Path

import ringside

PACKAGE = Path(ringside.__file__).parent
LAYERS = (
    "errors",
    "catalog",
    "image",
    "machine",
    "session",
    "records",
    "store",
    "profile",
    "stats",
    "report",
    "conductor",
    "cli",
)


def _modules() -> dict[str, Path]:
    """Dotted module names of the package (without `ringside.`) and their files."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        if name and name != "__main__":
            found[name] = file
    return found


def _imports(file: Path) -> set[str]:
    """Modules of the package that `file` imports anywhere, without `ringside.`."""
    known = {f"ringside.{name}" for name in _modules()}
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            module = node.module or ""
            names = [f"{module}.{alias.name}" for alias in node.names]
            # `from package import module` needs the module, not what the package gathers.
            found.update(name if name in known else module for name in names)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {name.removeprefix("ringside.") for name in found if name.startswith("ringside.")}


def test_every_module_belongs_to_a_layer() -> None:
    assert {name.split(".")[0] for name in _modules()} == set(LAYERS)


def test_a_module_imports_only_from_its_left() -> None:
    wrong = []
    for name, file in _modules().items():
        own = LAYERS.index(name.split(".")[0])
        for imported in _imports(file):
            if LAYERS.index(imported.split(".")[0]) > own:
                wrong.append(f"{name} imports {imported}")
    assert wrong == []


def test_no_module_imports_itself_through_others() -> None:
    modules = _modules()
    graph = {
        name: {target for target in _imports(file) if target in modules and target != name}
        for name, file in modules.items()
    }
    # A package's __init__ gathers what its modules offer; only they can be in a real cycle.
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"cycle: {' -> '.join((*path, name))}"
        if name not in done:
            for target in sorted(graph[name]):
                visit(target, (*path, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_nothing_below_the_command_line_prints_or_exits() -> None:
    for name, file in _modules().items():
        if name.split(".")[0] == "cli":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in ("print", "exit", "sys.exit", "os._exit"), f"{name}: {called}"


def test_no_kernel_is_named_in_python() -> None:
    root = PACKAGE.parents[1]
    ids = [manifest.parent.name for manifest in root.glob("kernels/*/kernel.toml")]
    assert ids
    for name, file in _modules().items():
        text = file.read_text(encoding="utf-8").lower()
        for kernel_id in ids:
            assert kernel_id not in text, f"{name} names {kernel_id}"
