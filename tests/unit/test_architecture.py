"""The rules of the house that a slip of one import would break."""

import ast
import importlib
import pkgutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import data_bridge

REPOSITORY = Path(__file__).parents[2]
PYTHON = REPOSITORY / "python"
POSTGRES = "data_bridge.postgres"
# Each module of the driver; all other modules of the package are the ORM's.
DRIVER = {
    "acquisition",
    "array",
    "bound",
    "calendar",
    "caret",
    "connection",
    "copy",
    "cursor",
    "deadlines",
    "errors",
    "executemany",
    "geometry",
    "identifier",
    "lending",
    "listeners",
    "listening",
    "lsn",
    "multirange",
    "named",
    "nested_comment",
    "notice",
    "notification",
    "observation",
    "options",
    "otel",
    "own_loop",
    "password",
    "pipeline",
    "pool",
    "query_text",
    "prepared_statement",
    "range",
    "retry",
    "seconds",
    "sqlstates",
    "stopwatch",
    "supply",
    "sync",
    "transaction",
    "type_codec",
    "unknown",
    "waiter",
}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))


def relative(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def module_name(path: Path) -> str:
    root = PYTHON if path.is_relative_to(PYTHON) else REPOSITORY
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, text: str | None = None) -> Iterator[str]:
    """Every module that a file imports, at the top, in a function or for type checking only.

    `from package import name` counts as both: the name may be a module.
    """
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package.pop()
    for node in ast.walk(ast.parse(path.read_text() if text is None else text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def imports_below(path: Path, package: str) -> set[str]:
    return {name for name in imports(path) if name == package or name.startswith(f"{package}.")}


def driver_sources() -> list[Path]:
    return [
        path
        for path in sources("python/data_bridge/postgres")
        if module_name(path).removeprefix(f"{POSTGRES}.").split(".")[0] in DRIVER
    ]


def package_files() -> list[Path]:
    return [path for path in sources("python", "benchmarks") if path.name == "__init__.py"]


def test_imports_are_found() -> None:
    """The rules below are no better than this function."""
    path = PYTHON / "data_bridge" / "postgres" / "example.py"
    text = "import a.b\nfrom c import d\ndef f():\n    from e.f import g\n"
    assert set(imports(path, text)) == {"a.b", "c", "c.d", "e.f", "e.f.g"}
    text = "from . import x\nfrom ..test import y\n"
    assert set(imports(path, text)) == {
        POSTGRES,
        f"{POSTGRES}.x",
        "data_bridge.test",
        "data_bridge.test.y",
    }


@pytest.mark.parametrize("manifest", sorted(REPOSITORY.glob("crates/*/Cargo.toml")), ids=relative)
def test_one_crate_knows_pyo3(manifest: Path) -> None:
    described = tomllib.loads(manifest.read_text())
    tables = ("dependencies", "dev-dependencies", "build-dependencies")
    depends = {name for table in tables for name in described.get(table, {})}
    knows = any(name.startswith("pyo3") for name in depends)
    assert knows == (manifest.parent.name == "data-bridge-python")


def test_engine_never_speaks_of_pyo3() -> None:
    engine = sorted((REPOSITORY / "crates" / "data-bridge-postgres").rglob("*.rs"))
    assert engine
    assert [relative(path) for path in engine if "pyo3" in path.read_text()] == []


@pytest.mark.parametrize(
    ("folder", "stranger"),
    [
        ("python/data_bridge/test", POSTGRES),
        ("python/data_bridge/postgres", "data_bridge.test"),
        ("benchmarks", "data_bridge.test"),
        ("python", "benchmarks"),
        ("python", "tests"),
        ("benchmarks", "tests"),
    ],
)
def test_packages_that_never_meet(folder: str, stranger: str) -> None:
    files = sources(folder)
    assert files
    offenders = {relative(path): imports_below(path, stranger) for path in files}
    assert {path: found for path, found in offenders.items() if found} == {}


@pytest.mark.parametrize("path", driver_sources(), ids=relative)
def test_driver_never_imports_the_orm(path: Path) -> None:
    inside = {name.split(".")[2] for name in imports_below(path, POSTGRES) if name != POSTGRES}
    modules = {
        module.name for module in pkgutil.iter_modules([str(PYTHON / "data_bridge/postgres")])
    }
    assert inside & modules <= DRIVER


@pytest.mark.parametrize("path", package_files(), ids=relative)
def test_packages_open_with_docs_and_names_only(path: Path) -> None:
    """An `__init__.py` holds a docstring, imports and `__all__`, and what is imported later."""
    docstring, *statements = ast.parse(path.read_text()).body
    assert isinstance(docstring, ast.Expr)
    for statement in statements:
        match statement:
            case ast.If(test=ast.Attribute(attr="TYPE_CHECKING"), body=body, orelse=[]):
                assert all(isinstance(part, ast.ImportFrom) for part in body)
            case ast.If(body=[ast.Assign(targets=[target])], orelse=[]):
                assert ast.unparse(statement.test) == "not typing.TYPE_CHECKING"
                assert ast.unparse(target) == "(__getattr__, __dir__)"
            case ast.Assign(targets=[ast.Name("__all__")]):
                pass
            case _:
                assert isinstance(statement, ast.Import | ast.ImportFrom), ast.unparse(statement)


def public_modules() -> list[str]:
    found = pkgutil.walk_packages(data_bridge.__path__, "data_bridge.")
    return ["data_bridge", *(m.name for m in found if not m.name.endswith(".__main__"))]


@pytest.mark.parametrize("name", public_modules())
def test_all_is_the_public_surface(name: str) -> None:
    """Every name in `__all__` exists, once, and a package shows no public name besides."""
    module = importlib.import_module(name)
    listed = getattr(module, "__all__", None)
    if listed is None:
        return
    assert len(set(listed)) == len(listed)
    assert [missing for missing in listed if not hasattr(module, missing)] == []
    if hasattr(module, "__path__"):
        shown = {
            key
            for key, value in vars(module).items()
            if not key.startswith("_") and not isinstance(value, type(ast))
        }
        assert shown <= set(listed)
