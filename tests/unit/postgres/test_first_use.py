"""What `import data_bridge.postgres` loads, and how the rest is found."""

import ast
import importlib
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from data_bridge import postgres
from data_bridge.first_use import at_first_use

#: What a program that connects and asks has no need of: of the package, and of Python's library.
LATER = {
    "data_bridge.postgres": {
        "annotation",
        "array",
        "batch",
        "bulk",
        "calendar",
        "column",
        "column_type",
        "constructor",
        "declaration",
        "definition",
        "expression",
        "filter",
        "geometry",
        "lsn",
        "model",
        "multirange",
        "otel",
        "query",
        "query_text",
        "range",
        "refusal",
        "row",
        "sqlstates",
        "statement",
        "sync",
        "unknown",
    },
    "": {"decimal", "uuid", "ipaddress", "json", "datetime", "numbers", "opentelemetry"},
}


def loaded_by(statement: str) -> set[str]:
    """The modules that are there after a statement in a new interpreter."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, check=True, text=True
    )
    return set(run.stdout.split())


def test_what_is_not_asked_for_is_not_loaded() -> None:
    # What the site's own start-up loads (an editable install) is not the package's doing.
    loaded = loaded_by("import data_bridge.postgres") - loaded_by("pass")
    for package, names in LATER.items():
        modules = {f"{package}.{name}".removeprefix(".") for name in names}
        assert modules & loaded == set()
    assert "data_bridge.postgres.connection" in loaded


def test_all_names_are_imported_by_a_star() -> None:
    names = sorted(postgres.__all__)
    found = loaded_by(f"from data_bridge.postgres import *\nassert all(map(eval, {names}))")
    assert "data_bridge.postgres.model" in found


@pytest.mark.parametrize("name", postgres.__all__)
def test_each_name_is_its_modules_own(name: str) -> None:
    value = getattr(postgres, name)
    assert getattr(postgres, name) is value
    if isinstance(value, type):
        assert pickle.loads(pickle.dumps(value)) is value


def test_checkers_of_types_see_the_same() -> None:
    """What is imported for them has the name and the module that it has at its first use."""
    source = Path(postgres.__file__).read_text()
    typed, later = (part for part in ast.parse(source).body if isinstance(part, ast.If))
    seen = {
        alias.name: (part.module or "")
        for part in typed.body
        if isinstance(part, ast.ImportFrom)
        for alias in part.names
    }
    assignment = later.body[0]
    assert isinstance(assignment, ast.Assign)
    assert isinstance(assignment.value, ast.Call)
    modules = ast.literal_eval(assignment.value.args[2])
    known = {
        name: f"{postgres.__name__}.{module}".removesuffix(".") for name, module in modules.items()
    }
    assert known == seen
    for name, module in modules.items():
        home = importlib.import_module(f"{postgres.__name__}.{module or name}")
        assert getattr(postgres, name) is (getattr(home, name) if module else home)


def test_names_are_listed_before_they_are_loaded() -> None:
    assert set(postgres.__all__) <= set(dir(postgres))
    listed = "assert {'Table', 'sync', 'connect'} <= set(dir(data_bridge.postgres))"
    loaded = loaded_by(f"import data_bridge.postgres\n{listed}")
    assert "data_bridge.postgres.model" not in loaded


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match=r"'data_bridge\.postgres' has no attribute 'Tabel'"):
        postgres.Tabel  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(ImportError, match="Tabel"):
        from data_bridge.postgres import Tabel  # type: ignore[attr-defined]  # noqa: F401
    get, _ = at_first_use("data_bridge", (), {})
    with pytest.raises(AttributeError):
        get("__path_of_no_one__")
