"""The site in a browser: nothing leaves the machine or complains, and the page does as told."""

import functools
import importlib.util
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route, sync_playwright

from benchmarks.figure import Failure, Figure
from benchmarks.journal import Journal
from benchmarks.site import headline, making, publication
from benchmarks.site.document import report
from benchmarks.site.documentation import write_documentation
from tests.unit.benchmarks.journals import RUN, journal, race, times, write

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMES = "\N{MULTIPLICATION SIGN}"
HARM = "<script>alert(1)</script>"
WIDE, PHONE = (1360, 900), (390, 844)

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no chromium, chromium-browser or google-chrome on PATH"
)


FRAMEWORKS = {"data_bridge_driver": 1, "asyncpg": 2, "psycopg2": 3}


def operations_figures() -> list[Figure]:
    """Operations in which each of the marks occurs."""
    return [
        *race("find_one", {"data_bridge_driver": 16, "asyncpg": 72, "psycopg2": 27, "floor": 13}),
        *race("find_many", {"data_bridge_driver": 380, "psycopg2": 560, "floor": 240}),
        *race("count", {"data_bridge_driver": 230, "asyncpg": 210, "psycopg2": 211, "floor": 200}),
        *times("insert_1000", "asyncpg", 5000, "executemany"),
        *times("insert_1000", "asyncpg", 2700, "copy"),
        *times("insert_1000", "data_bridge_driver", 2000),
        *race("savepoints", {"data_bridge_driver": 230, "asyncpg": 260}),
    ]


def study_figures() -> Iterator[Figure]:
    """Studies that vary nothing, a number, a word, and two numbers."""
    for name, place in FRAMEWORKS.items():
        yield Figure("memory", "find_many", name, "", "peak_per_row", "B", [300 * place])
        for transport in ("unix", "tcp"):
            parameters = {"transport": transport, "server": "18.6"}
            where = ("transport", "find_one", name, "")
            yield Figure(*where, "wall", "s", [2e-5 * place], parameters)
        for rows in (10, 1000, 100_000):
            for metric in ("wall", "cpu"):
                samples = [1e-6 * rows * place, 1.1e-6 * rows * place]
                where = ("growth", "find_many", name, "")
                yield Figure(*where, metric, "s", samples, {"rows": rows})
        for tasks in (1, 10, 100):
            where = ("load", "find_one", name, "")
            for step, metric in enumerate(("p50", "p95", "p99", "p99.9"), start=1):
                seconds = [1e-5 * place * step * tasks]
                yield Figure(*where, metric, "s", seconds, {"tasks": tasks})
            yield Figure(*where, "throughput", "1/s", [1e5 / place], {"tasks": tasks})
            yield Figure(*where, "errors", "1", [0.0], {"tasks": tasks})
            for pool in (1, 10, 50):
                where = ("pool", "find_one", name, "")
                rate = [1e4 * pool / place]
                yield Figure(*where, "throughput", "1/s", rate, {"pool": pool, "tasks": tasks})


def made_up() -> list[Journal]:
    """A run with everything, and one of another loop without studies; nobody measured them."""
    failures = [
        Failure("operations", "count", "sqlalchemy", "", HARM),
        Failure("load", "find_one", "fastpg", "", HARM, {"tasks": 100}),
    ]
    everything = journal([*operations_figures(), *study_figures()], failures)
    return [everything, journal(operations_figures(), run=replace(RUN, loop="uvloop"))]


class Quiet(SimpleHTTPRequestHandler):
    """A server of plain files, as `make serve` is one."""

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address under which a folder is served."""
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with made-up figures and the history that is in the repository."""
    folder = tmp_path_factory.mktemp("site")
    results = folder / "results"
    for one in made_up():
        write(results, one)
    made = folder / "html"
    made.mkdir()
    assert making.write_front(results, made) == []
    write_documentation(publication.ROOT, made / "docs")
    publication.write_history(making.RESULTS, made / "history")
    assert list(publication.loading_from_elsewhere(made)) == []
    with served(made) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield opened
        opened.close()


@contextmanager
def opened(
    browser: Browser, site: str, path: str = "", size: tuple[int, int] = WIDE, **options: Any
) -> Iterator[Page]:
    """A page, which in the end has asked for nothing elsewhere and complained of nothing."""
    elsewhere: list[str] = []
    complaints: list[str] = []

    def pass_on(route: Route, request: Request) -> None:
        if request.url.startswith((site, "data:", "blob:")):
            route.continue_()
        else:
            elsewhere.append(request.url)
            route.abort()

    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
    )
    try:
        page = context.new_page()
        page.route("**/*", pass_on)
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if message.type in {"error", "warning"} else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(site + path)
        page.wait_for_load_state("networkidle")
        yield page
        assert (elsewhere, complaints) == ([], [])
    finally:
        context.close()


def come_near(page: Page) -> None:
    """Scroll through the whole page, so that all charts are drawn."""
    for section in page.locator("#charts > section:visible").all():
        section.scroll_into_view_if_needed()
        section.locator("figure, .remark").first.wait_for()


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
        assert len(page.locator("body").inner_text()) > 100


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


def test_the_theme_follows_the_system_and_the_reader(browser: Browser, site: str) -> None:
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    with opened(browser, site, color_scheme="light") as page:
        light = page.evaluate(paper)
        page.emulate_media(color_scheme="dark")
        dark = page.evaluate(paper)
        assert dark != light
        button = page.get_by_role("button", name="Theme")
        button.click()
        assert page.evaluate(paper) == light
        page.reload()
        assert button.inner_text() == "Theme: light"
        assert page.evaluate(paper) == light
        button.click()
        assert page.evaluate(paper) == dark


def test_a_browser_without_storage_does(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        page.add_init_script(
            "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})"
        )
        page.reload()
        page.get_by_role("button", name="Theme").click()
        assert page.get_by_role("button", name="Theme: light").is_visible()


def test_the_keyboard_reaches_everything(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "compared"
        reached = set()
        page.keyboard.press("Tab")
        for _ in range(80):
            reached.add(
                page.evaluate(
                    "(({tagName, className}) => `${tagName} ${className}`)(document.activeElement)"
                )
            )
            page.keyboard.press("Tab")
        assert {"DIV scroll", "BUTTON sort title", "A ", "SUMMARY ", "SELECT "} <= reached


@pytest.mark.parametrize("path", ["", "docs/method.html", "docs/index.html"])
def test_a_phone_need_not_scroll_sideways(browser: Browser, site: str, path: str) -> None:
    with opened(browser, site, path, PHONE) as page:
        if not path:
            come_near(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE[0]


def test_the_table_scrolls_by_itself_and_keeps_its_names(browser: Browser, site: str) -> None:
    with opened(browser, site, size=PHONE) as page:
        region = page.locator("#compared .scroll")
        assert region.evaluate("one => one.scrollWidth > one.clientWidth")
        first = page.locator('tr[data-operation="count"] th')
        before = first.bounding_box()
        region.evaluate("one => one.scrollBy(150, 0)")
        assert first.bounding_box() == before


def test_a_site_without_journals_says_so(browser: Browser, tmp_path: Path) -> None:
    made = tmp_path / "html"
    made.mkdir()
    making.write_front(tmp_path, made)
    with served(made) as address, opened(browser, address) as page:
        assert "make measure" in page.locator("main").inner_text()


STRUCTURE = """() => {
  const visible = (one) => one.checkVisibility();
  const all = (selector) => [...document.querySelectorAll(selector)].filter(visible);
  const described = (one) => one.outerHTML.slice(0, 120);
  const named = (one) => one.getAttribute("aria-label") || one.getAttribute("alt") ||
    one.closest("[aria-hidden=true]");
  const levels = all("h1, h2, h3, h4").map((one) => Number(one.tagName[1]));
  const identifiers = [...document.querySelectorAll("[id]")].map((one) => one.id);
  return {
    images: all("svg, img").filter((one) => !named(one)).map(described),
    inputs: all("input, select").filter((one) => one.labels.length === 0).map(described),
    buttons: all("button, a, summary").filter((one) => !one.textContent.trim()).map(described),
    tables: all("table").filter((one) => !one.caption).map(described),
    skipped: levels.filter((level, place) => place > 0 && level > levels[place - 1] + 1),
    titles: levels.filter((level) => level === 1).length,
    twice: identifiers.filter((one, place) => identifiers.indexOf(one) !== place),
  };
}"""


@pytest.mark.parametrize("path", ["", "docs/method.html"])
def test_everything_has_a_name(browser: Browser, site: str, path: str) -> None:
    with opened(browser, site, path) as page:
        if not path:
            come_near(page)
        found = page.evaluate(STRUCTURE)
        tables = found.pop("tables")
        assert path or tables == []
        assert found == {
            "images": [],
            "inputs": [],
            "buttons": [],
            "skipped": [],
            "titles": 1,
            "twice": [],
        }


@pytest.mark.parametrize(
    ("path", "size", "scheme"),
    [("", WIDE, "light"), ("", PHONE, "dark"), ("docs/method.html", PHONE, "light")],
)
def test_axe_finds_nothing(
    browser: Browser, site: str, path: str, size: tuple[int, int], scheme: str
) -> None:
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe-playwright-python is not installed")
    axe = Path(spec.origin).with_name("axe.min.js")
    with opened(browser, site, path, size, color_scheme=scheme, bypass_csp=True) as page:
        if not path:
            come_near(page)
        page.evaluate(axe.read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        told = [
            f"{one['id']}: {node['html'][:120]} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"][:3]
        ]
        assert json.dumps(told, indent=1) == "[]"
