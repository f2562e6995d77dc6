"""The formats of a report, by name."""

import importlib.util
from collections.abc import Callable
from pathlib import PurePath

from data_bridge.test.report import console, html, markdown, saved
from data_bridge.test.report.record import Report

FORMATS: dict[str, Callable[[Report], str]] = {
    "console": console.render_report,
    "json": saved.dump,
    "markdown": markdown.render_report,
    "html": html.render_report,
}
_ENDINGS = {
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
}


def format_of(file: str) -> str:
    """The format that a file's ending stands for; that of the console for all others."""
    return _ENDINGS.get(PurePath(file).suffix.casefold(), "console")


def missing_for(name: str) -> str | None:
    """The module that a format needs and that is not installed."""
    if name == "html" and importlib.util.find_spec("jinja2") is None:
        return "jinja2"
    return None
