"""The page: what it says, that it stands alone, and that nobody's text is markup in it."""

import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from data_bridge.test.comparison import Comparison, Entry
from data_bridge.test.memory import Memory
from data_bridge.test.parameters import Combination
from data_bridge.test.report.against import Earlier
from data_bridge.test.report.formats import missing_for
from data_bridge.test.report.html import render_report
from data_bridge.test.report.record import INTERRUPTED
from tests.unit.test.report.example import group, report

_VOID = {"meta", "wbr"}


class Page(HTMLParser):
    """The elements of a page, with their attributes and text; complains of what is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.texts.append((self._open[-1], " ".join(data.split())))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def said(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def rows_group(rows: int, **milliseconds: float) -> Comparison:
    label = {"rows": str(rows)}
    return replace(group(**milliseconds), combination=Combination(label, label))


def everything() -> str:
    first = rows_group(10, asyncpg=0.02, ours=0.01)
    first.entries[0].memory = Memory(2048, None)
    first.entries[1].measurement.rounds[0] = [10_000] * 20 + [900_000]
    first.entries += [Entry("bad", failure="ValueError: no"), Entry("none", skipped="why")]
    second = rows_group(1000, asyncpg=2.0, ours=1.0)
    second.interrupted = True
    nothing = group()
    nothing.entries.append(Entry("bad", failure="ValueError: no"))
    run = report(first, second, nothing, state=INTERRUPTED)
    run.errors.append("bench_broken.py: SyntaxError")
    run.against = Earlier("base.json", report(rows_group(10, asyncpg=0.01, ours=0.005)))
    return render_report(run)


def test_it_says_what_was_found() -> None:
    page = Page(everything())
    assert "Insert One[rows=10]" in page.said("h2")
    assert "ours (2.00x faster than baseline)" in page.said("strong")
    assert "2.00x slower (2.00x to 2.00x)" in page.said("td")
    assert "All are slower: the machine may have changed, not the code." in page.said("p")
    assert "This run is interrupted." in page.said("strong")
    assert "Partial: interrupted after 5 of 5 rounds." in page.said("p")
    assert "bench_broken.py: SyntaxError" in page.said("li")
    assert ": ValueError: no" in page.said("td")
    assert "2.0 KiB" in page.said("td")
    assert "dbtest 'here/bench_insert.py::Insert One[rows=10]'" in page.said("code")


def test_it_stands_alone() -> None:
    page = Page(everything())
    assert not page.all("script")
    assert not page.all("link")
    assert not page.all("img")
    for _, attributes in page.elements:
        assert not {"src", "style"} & attributes.keys()
        assert not any(name.startswith("on") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    (style,) = page.said("style")
    assert "url(" not in style
    assert "@import" not in style
    policies = [each["content"] for each in page.all("meta") if "http-equiv" in each]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_screen_readers_and_keyboards_find_their_way() -> None:
    page = Page(everything())
    assert page.all("html") == [{"lang": "en"}]
    identifiers = [each["id"] for _, each in page.elements if "id" in each]
    assert len(set(identifiers)) == len(identifiers)
    for _, attributes in page.elements:
        named = (attributes.get("aria-labelledby") or "").split()
        assert set(named) <= set(identifiers)
        href = attributes.get("href")
        assert href is None or href[1:] in identifiers
    assert len(page.all("table")) == len(page.all("caption")) == 4
    assert all(each.get("scope") in ("col", "row") for each in page.all("th"))
    regions = [each for each in page.all("div") if each.get("class") == "scroll"]
    assert all(each["tabindex"] == "0" and each["role"] == "region" for each in regions)
    charts = [each for each in page.all("svg") if each.get("role") == "img"]
    assert len(charts) == len(page.all("desc")) == 5
    assert all(each.get("aria-labelledby") for each in charts)


def test_light_and_dark_and_narrow() -> None:
    (style,) = Page(everything()).said("style")
    assert "@media (prefers-color-scheme: dark)" in style
    assert "@media (max-width: " in style
    names = {
        each["name"]: each["content"] for each in Page(everything()).all("meta") if "name" in each
    }
    assert names["viewport"] == "width=device-width, initial-scale=1"
    assert names["color-scheme"] == "light dark"


def test_growth_has_a_point_for_each_value_of_a_parameter() -> None:
    page = Page(everything())
    assert "Insert One: by rows" in page.said("h2")
    dots = [each for each in page.all("circle") if str(each["class"]).startswith("dot ")]
    # Two values, two implementations; and one in the legend for each of these.
    assert len(dots) == 2 * 2 + 2
    assert "asyncpg: 10: 20 µs, 1000: 2 ms; ours: 10: 10 µs, 1000: 1 ms" in page.said("desc")


def test_words_are_no_markup() -> None:
    evil = "<script>alert('&')</script>\"><img src=x onerror=alert(1)>"
    comparison = group(ours=1.0, theirs=2.0)
    comparison.group = comparison.entries[0].name = comparison.file = evil
    comparison.combination = Combination({"rows": evil}, {"rows": evil})
    comparison.entries.append(Entry(evil, failure=evil))
    comparison.entries.append(Entry(evil, skipped=evil))
    again = replace(comparison, combination=Combination({}, {"rows": "1", evil: evil}))
    other = replace(comparison, combination=Combination({}, {"rows": "2", evil: evil}))
    run = report(comparison, again, other, state=evil)
    run.environment = replace(run.environment, python=evil, processor=evil)
    run.errors.append(evil)
    run.against = Earlier(evil, report(comparison))
    page = Page(render_report(run))
    assert not page.all("script")
    assert not page.all("img")
    assert not any(name.startswith("on") for _, each in page.elements for name in each)
    assert evil in "".join(page.said("h2"))


def test_no_time_at_all_makes_a_page() -> None:
    Page(render_report(report(rows_group(1, ours=0.0), rows_group(2, ours=0.0))))


def test_many_outliers_do_not_make_it_heavy() -> None:
    comparison = group(ours=1.0)
    comparison.entries[0].measurement.rounds[:] = [
        [1_000_000] * 8000 + list(range(2_000_000, 2_002_000))
    ]
    page = Page(render_report(report(comparison)))
    assert len(page.all("circle")) <= 40


def test_what_it_needs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_for("html") is None
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert missing_for("html") == "jinja2"
    assert missing_for("json") is None
