"""The site in a browser: pages load quietly, and the first one does as it is told."""

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from benchmarks.site import headline, making
from benchmarks.site.document import report
from tests.integration.benchmarks.site.browsing import come_near, opened, served
from tests.integration.benchmarks.site.made_up import HARM, made_up

TIMES = "\N{MULTIPLICATION SIGN}"


def cell(page: Page, operation: str, framework: str) -> str:
    """What a cell of the table says."""
    place = f'tr[data-operation="{operation}"] td[data-framework="{framework}"]'
    return page.locator(place).inner_text()


def operations(page: Page) -> list[str]:
    """The rows of the table that are shown, in their order."""
    rows = page.locator("#operations tr[data-operation]:visible").all()
    return [str(row.get_attribute("data-operation")) for row in rows]


def columns(page: Page) -> list[str]:
    """The frameworks that are shown."""
    heads = page.locator("#operations thead th[data-framework]:visible").all()
    return [str(head.get_attribute("data-framework")) for head in heads]


def test_the_first_page_draws_all_studies(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        come_near(page)
        drawn = {
            str(section.get_attribute("id")): section.locator("svg[role=img]").count()
            for section in page.locator("#charts > section:visible").all()
        }
        assert drawn == {
            "glance": 1,
            "operation": 1,
            "study-growth": 1,
            "study-pool": 3,
            "study-load": 4,
            "study-memory": 1,
            "study-transport": 1,
        }
        assert "make publish" in page.locator("footer").inner_text()


@pytest.mark.parametrize(
    "path",
    [
        "history/index.html",
        "history/index.html#/explore",
        "history/index.html#/heatmap",
        "history/index.html#/regressions",
        "docs/index.html",
        "docs/method.html",
    ],
)
def test_all_other_pages_load_quietly(browser: Browser, site: str, path: str) -> None:
    with opened(browser, site, path) as page:
        # A script may still be drawing when the network is silent.
        page.wait_for_function("document.body.innerText.length > 100")


def test_the_history_shows_what_became_slower_as_worse(browser: Browser, site: str) -> None:
    with opened(browser, site, "history/index.html") as page:
        changes = page.locator(".delta-up, .delta-down")
        changes.first.wait_for()
        worse = page.locator(".delta-up").all_inner_texts()
        better = page.locator(".delta-down").all_inner_texts()
    assert worse + better
    assert [text for text in worse if not text.startswith("+")] == []
    assert [text for text in better if text.startswith("+")] == []


def test_what_a_result_says_does_no_harm(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        come_near(page)
        page.locator("td.failed a").click()
        assert page.evaluate("document.activeElement.id") == "failures"
        assert HARM in page.locator("#failures").inner_text()
        assert HARM in page.locator("#study-load table").last.inner_text()
        assert page.locator("script", has_text="alert").count() == 0


def test_the_table_stands_without_scripts(browser: Browser, site: str) -> None:
    with opened(browser, site, java_script_enabled=False) as page:
        assert f"4.50{TIMES}" in cell(page, "find_one", "asyncpg")
        assert page.locator("#view").is_hidden()


def test_scripts_show_what_the_page_brought(browser: Browser, site: str) -> None:
    with opened(browser, site, java_script_enabled=False) as page:
        before = page.locator("#operations tbody").all_inner_texts()
    with opened(browser, site) as page:
        after = page.locator("#operations tbody").all_inner_texts()
    normal = [" ".join(" ".join(texts).split()) for texts in (before, after)]
    assert normal[0].replace(" ", "") == normal[1].replace(" ", "")


def test_filters_choose_rows_and_columns(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        everything = columns(page)
        page.get_by_label("sync", exact=True).check(force=True)
        assert columns(page) == ["psycopg2", "floor"]
        assert f"1.00{TIMES}" in cell(page, "find_one", "psycopg2")
        page.get_by_role("button", name="Reset").click()
        assert columns(page) == everything
        page.get_by_role("checkbox", name="asyncpg").uncheck()
        assert columns(page) == [name for name in everything if name != "asyncpg"]
        page.get_by_label("Family").select_option("transaction")
        assert operations(page) == ["savepoints"]


def test_the_reference_and_the_metric_are_chosen(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        page.get_by_label("Compared with").select_option("asyncpg")
        assert f"0.22{TIMES}" in cell(page, "find_one", "data_bridge_driver")
        page.get_by_label("client CPU").check(force=True)
        assert "8.00 µs" in cell(page, "find_one", "data_bridge_driver")
        assert "no cpu time" in str(
            page.locator('tr[data-operation="find_one"] td[data-framework="floor"]').get_attribute(
                "title"
            )
        )
        page.get_by_label("time", exact=True).check(force=True)
        assert cell(page, "find_one", "asyncpg").startswith("36.0 µs±3%")


def test_the_marks_are_words_too(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        assert "the quickest" in page.locator('tr[data-operation="count"] td.best').inner_text()
        equal = page.locator('tr[data-operation="count"] td.equal')
        assert equal.get_attribute("data-framework") == "psycopg2"
        assert "equal to the quickest" in equal.inner_text()


def test_scripts_and_pages_know_the_same_ratios(browser: Browser, site: str) -> None:
    script = """async ([operation, above, below]) => {
        const { Report } = await import("./assets/report.js");
        const report = await Report.load("report.json");
        return report.run("made-up/asyncio").ratio(operation, above, below, "wall");
    }"""
    run = next(one for one in report(made_up())["runs"] if one["loop"] == "asyncio")
    found = run["operations"]["count"]
    with opened(browser, site) as page:
        for above, below in product(found["series"], repeat=2):
            ratio = headline.ratio_of(found, above, below)
            assert ratio is not None
            told = page.evaluate(script, ["count", above, below])
            assert told == pytest.approx(
                {"value": ratio.value, "low": ratio.low, "high": ratio.high}
            )


def test_a_column_sorts_the_rows(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        before = operations(page)
        head = page.locator('th[data-framework="asyncpg"]')
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == "ascending"
        ascending = operations(page)
        assert ascending[:4] == ["count", "savepoints", "insert_1000", "find_one"]
        head.get_by_role("button").click()
        descending = operations(page)
        assert descending[:4] == ascending[3::-1]
        # What has no figure stays at the end.
        assert descending[4:] == ascending[4:] == ["find_many"]
        head.get_by_role("button").click()
        assert operations(page) == before
        assert page.locator("[aria-sort]").count() == 0


def test_a_view_has_an_address(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        page.get_by_label("uvloop").check(force=True)
        page.get_by_label("drivers").check(force=True)
        page.locator('tr[data-operation="find_many"] a').click()
        address = page.evaluate("location.hash")
    with opened(browser, site, address) as page:
        assert page.get_by_label("uvloop").is_checked()
        assert page.get_by_label("drivers").is_checked()
        assert "uvloop" in page.locator("#measured").inner_text()
        page.locator("#operation").scroll_into_view_if_needed()
        assert "Find 1,000" in page.locator("#operation figcaption").inner_text()
        assert "--operations find_many --loop uvloop" in page.locator("#operation").inner_text()
        page.locator(".leads:visible a").first.click()
        assert "Find one by id" in page.locator("#operation figcaption").inner_text()
        assert page.get_by_label("uvloop").is_checked()
        # The other run has no studies.
        assert page.locator("#study-load").is_hidden()


def test_all_ways_of_an_operation_are_in_its_table(browser: Browser, site: str) -> None:
    with opened(browser, site, "#operation=insert_1000") as page:
        page.locator("#operation").scroll_into_view_if_needed()
        page.locator("#operation summary").click()
        text = page.locator("#operation table").inner_text()
        assert "executemany" in text
        assert "copy" in text


def test_a_site_without_journals_says_so(browser: Browser, tmp_path: Path) -> None:
    made = tmp_path / "html"
    made.mkdir()
    making.write_front(tmp_path, made)
    with served(made) as address, opened(browser, address) as page:
        assert "make measure" in page.locator("main").inner_text()
