import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import frameworks
from benchmarks.figure import Failure
from benchmarks.site import framework, making, page, publication
from benchmarks.site.document import report
from benchmarks.site.documentation import rendered, write_documentation
from tests.unit.benchmarks.journals import RUN, journal, race, times

HARM = "<script>alert(1)</script>"


def test_the_table_stands_without_scripts() -> None:
    figures = race("find_one", {"data_bridge_driver": 16.5, "asyncpg": 72.6, "floor": 13.0})
    text = page.render(report([journal(figures)]))
    assert "Find one by id" in text
    assert "4.40\N{MULTIPLICATION SIGN}" in text
    assert "16.5 µs" in text
    assert RUN.command in text
    assert RUN.commit[:8] in text


def test_whatever_a_result_says_is_text() -> None:
    run = replace(
        RUN, subject=HARM, machine=HARM, hardware={HARM: HARM}, left_out={HARM: HARM}, command=HARM
    )
    failures = [Failure("operations", HARM, HARM, HARM, HARM)]
    text = page.render(report([journal(race("count", {HARM: 1.0}), failures, run)]))
    assert "alert(1)" in text
    assert HARM not in text


def test_nothing_measured_is_said_with_the_commands() -> None:
    text = page.render(report([]))
    assert "make measure" in text
    assert "make publish" in text
    assert 'href="history/index.html"' in text


@pytest.mark.parametrize(
    ("name", "state", "mark"),
    [
        ("asyncpg", "time", "best"),
        ("psycopg2", "time", "equal"),
        ("psycopg", "time", ""),
        ("fastpg", "failed", ""),
        ("psqlpy", "absent", ""),
        ("sqlalchemy", "absent", ""),
        ("floor", "time", ""),
    ],
)
def test_a_cell_says_what_became_of_a_framework(name: str, state: str, mark: str) -> None:
    walls = {"asyncpg": 10.0, "psycopg2": 10.1, "psycopg": 20.0, "floor": 5.0}
    failures = [Failure("operations", "count", "fastpg", "", "wrong rows")]
    (run,) = report([journal(race("count", walls), failures)])["runs"]
    found = page.cell(run, "count", name)
    assert (found["state"], found.get("mark", "")) == (state, mark)
    reasons = {
        "fastpg": "wrong rows",
        "psqlpy": "psqlpy is not installed",
        "sqlalchemy": "has no such operation",
    }
    assert found.get("reason") == reasons.get(name)


def test_the_first_sentences_name_the_quickest_and_the_known() -> None:
    walls = {
        "data_bridge_driver": 10.0,
        "data_bridge_orm": 12.0,
        "data_bridge_sync": 8.0,
        "fastpg": 9.0,
        "asyncpg": 40.0,
        "psqlpy": 70.0,
        "floor": 5.0,
    }
    (run,) = report([journal(race("find_one", walls))])["runs"]
    (found,) = page.leads(run)
    assert found["ours"] == "data_bridge_driver"
    assert [(name, round(ratio, 2)) for name, ratio in found["peers"]] == [
        ("fastpg", 0.9),
        ("asyncpg", 4.0),
    ]


@pytest.mark.parametrize(("factor", "told"), [(1.05, False), (1.3, True)])
def test_a_run_on_a_busy_machine_is_called_that(factor: float, told: bool) -> None:
    figures = race("find_one", {"data_bridge_driver": 16.5, "asyncpg": 72.6})
    again = times("find_one", "asyncpg", 72.6 * factor)[0]
    text = page.render(report([journal([*figures, replace(again, metric="wall_again")])]))
    assert ("Measured on a busy machine" in text) is told


@pytest.mark.parametrize("name", frameworks.names())
def test_frameworks_are_described_as_their_adapters_do(name: str) -> None:
    try:
        adapter = frameworks.load(name)
    except frameworks.MissingFrameworkError as error:
        pytest.skip(str(error))
    found = framework.describe(name)
    assert (found.title, found.kind) == (adapter.title, adapter.kind)


def test_a_framework_without_an_adapter_keeps_its_name() -> None:
    assert framework.describe("gone").title == "gone"


def test_vendored_files_are_those_that_are_named() -> None:
    folder = making.ASSETS / "vendor"
    lines = (folder / "VENDORED").read_text().splitlines()
    named = {words[0]: words[-1] for words in map(str.split, lines) if len(words) == 5}
    named.pop("file")
    there = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.js")
    }
    assert named == there


def test_links_between_pages_lead_to_pages() -> None:
    text = "# A *title*\n[m](method.md#the-floor) [r](../README.md) [o](https://example.org/a.md)"
    title, body = rendered(text, {"method"})
    assert title == "A *title*"
    assert 'href="method.html#the-floor"' in body
    assert 'href="index.html"' in body
    assert 'href="https://example.org/a.md"' in body


@pytest.mark.parametrize(
    ("page", "link", "leads"),
    [
        ("guide/errors", "../driver.md#types", "../driver.html#types"),
        ("guide/errors", "README.md", "index.html"),
        ("guide/errors", "pool.md", "../index.html"),
        ("driver", "guide/errors.md", "guide/errors.html"),
        ("driver", "guide/README.md#a", "guide/index.html#a"),
        ("driver", "../README.md", "index.html"),
    ],
)
def test_links_lead_from_folder_to_folder(page: str, link: str, leads: str) -> None:
    names = {"driver", "guide/errors", "guide/README"}
    _, body = rendered(f"[x]({link})", names, page)
    assert f'href="{leads}"' in body


def test_every_page_of_the_documentation_is_there(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write_documentation(publication.ROOT, docs)
    made = {path.relative_to(docs).with_suffix("") for path in docs.rglob("*.html")}
    folder = publication.ROOT / "docs"
    wanted = {path.relative_to(folder).with_suffix("") for path in folder.rglob("*.md")}
    wanted = wanted - {Path("guide/README")} | {Path("guide/index"), Path("index")}
    assert made == wanted
    assert '<h2 id="the-floor">' in (docs / "method.html").read_text()


def test_links_of_the_documentation_lead_somewhere(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write_documentation(publication.ROOT, docs)
    astray = []
    for made in docs.rglob("*.html"):
        text = made.read_text()
        own = r'(?:href|src)="(?!https?:)([\w./-]*)(?:#([\w-]+))?"'
        for link, anchor in re.findall(own, text):
            aim = (made.parent / link).resolve() if link else made
            if not aim.is_relative_to(docs.resolve()):
                continue
            if not aim.exists() or (anchor and f'id="{anchor}"' not in aim.read_text()):
                astray.append((made.name, link, anchor))
    assert astray == []


def test_the_guide_lists_all_its_pages() -> None:
    folder = publication.ROOT / "docs" / "guide"
    pages = {path.name for path in folder.glob("*.md")} - {"README.md"}
    index = (folder / "README.md").read_text()
    assert set(re.findall(r"\((\w[\w-]*\.md)\)", index)) == pages
