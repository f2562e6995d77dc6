"""A sample project, and dbtest run in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data_bridge.test.cli import translate

Dbtest = Callable[..., pytest.RunResult]

# Benchmarks of the sample spend time that they name, on a clock of their own.
CONFTEST = """
import pytest
from data_bridge.test import measurement

class Clock:
    now = 0

    def __call__(self):
        return self.now

    def spend(self, milliseconds):
        self.now += round(milliseconds * 1e6)

CLOCK = Clock()

@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(measurement, "clock", CLOCK)

@pytest.fixture(scope="session")
def spend():
    return CLOCK.spend
"""

HEAD = """
import asyncio
import pytest
from data_bridge.test import BenchmarkGroup, register_group
"""


class Sample:
    """The sample project; what its benchmarks note in `notes` can be read back."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path: Path = pytester.path
        self.conftest("")

    def conftest(self, source: str) -> None:
        note = f"""
def note(word):
    with open({str(self.path / "notes")!r}, "a") as file:
        print(word, file=file)
"""
        self.pytester.makeconftest(f"{CONFTEST}{note}{source}")

    def bench(self, name: str, source: str) -> None:
        self.pytester.makepyfile(**{name: f"{HEAD}from conftest import note\n{source}"})

    @property
    def notes(self) -> list[str]:
        return (self.path / "notes").read_text().split()


@pytest.fixture
def sample(pytester: pytest.Pytester) -> Sample:
    return Sample(pytester)


@pytest.fixture
def dbtest(pytester: pytest.Pytester) -> Dbtest:
    """Runs dbtest with these arguments, in this process."""

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_inprocess(*translate(arguments))

    return run
