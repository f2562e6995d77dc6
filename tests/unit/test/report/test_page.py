"""The page as a browser shows it: headless Chromium, where there is one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from data_bridge.test.report.html import render_report
from tests.unit.test.report.example import group, report

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH")
PHONE, SCREEN = 390, 1200


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def address(tmp_path: Path) -> str:
    comparison = group(asyncpg=2.0, ours=1.0)
    comparison.entries[0].name = "an implementation with a name that is long enough for a phone"
    comparison.group = "<script>document.title = 'harmed'</script>"
    path = tmp_path / "report.html"
    path.write_text(render_report(report(comparison)))
    return path.as_uri()


@pytest.mark.parametrize("width", [PHONE, SCREEN])
def test_it_fits_asks_for_nothing_and_runs_nothing(
    browser: Browser, address: str, width: int
) -> None:
    said: list[str] = []
    asked: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert asked == [address]
    assert said == []
    assert page.title().startswith("Benchmarks, ")
    page.close()


def test_it_is_dark_where_that_is_wanted(browser: Browser, address: str) -> None:
    colours = []
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme="light" if scheme == "light" else "dark")
        page.goto(address)
        colours.append(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
        page.close()
    light, dark = (sum(map(int, colour[4:-1].split(","))) for colour in colours)
    assert light > 3 * 200
    assert dark < 3 * 50


def test_tables_that_scroll_can_be_reached_by_keyboard(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": PHONE, "height": 800})
    page.goto(address)
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.className || document.activeElement.tagName")
        )
    assert reached == ["skip", "scroll", "A", "A", "scroll", "BODY"]
    page.close()
