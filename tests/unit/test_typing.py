"""The package says that it has types, and the snippets that try them are looked at."""

import tomllib
from importlib.resources import files
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_the_package_is_marked_as_typed() -> None:
    assert files("data_bridge").joinpath("py.typed").is_file()


def test_snippets_are_checked_strictly() -> None:
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["mypy"]
    assert settings["strict"] is True
    assert {"python", "tests"} <= set(settings["files"])
    snippets = sorted((REPOSITORY / "tests" / "typing").glob("[a-z]*.py"))
    assert len(snippets) >= 3
    for path in snippets:
        text = path.read_text()
        assert "assert_type(" in text, path
        assert "# type: ignore[" in text, path
