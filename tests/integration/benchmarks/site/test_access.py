"""The site for everybody: light and dark, by keyboard, on a phone, read aloud."""

import importlib.util
import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.integration.benchmarks.site.browsing import PHONE, WIDE, come_near, opened


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
