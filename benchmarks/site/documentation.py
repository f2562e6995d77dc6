"""The pages of docs/ as HTML, so that what explains the figures is one step away from them."""

import re
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

from benchmarks.site.page import environment

LINK = re.compile(r"^(?!https?:|#|/)([\w./-]+?)\.md(#[\w-]*)?$")


def write_documentation(root: Path, site: Path) -> None:
    """Render docs/*.md of a repository into a folder, with a list of them as its index."""
    site.mkdir()
    paths = sorted((root / "docs").glob("*.md"))
    names = {path.stem for path in paths}
    template = environment().get_template("document.html.jinja")
    titles = []
    for path in paths:
        title, body = rendered(path.read_text(), names)
        titles.append((path.stem, title))
        (site / f"{path.stem}.html").write_text(template.render(title=title, body=body))
    listed = environment().get_template("documents.html.jinja").render(titles=titles)
    (site / "index.html").write_text(listed)


def rendered(text: str, names: set[str]) -> tuple[str, str]:
    """The title of a Markdown page and its HTML; links lead to the pages that there are.

    Args:
        text: the page.
        names: the pages of the same folder, without their suffix.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    title = "data-bridge"
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            anchor = re.sub(r"[^\w\- ]", "", token.content.lower()).replace(" ", "-")
            before.attrSet("id", anchor)
            if before.tag == "h1":
                title = token.content
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", target(str(child.attrGet("href")), names))
    return title, str(markdown.renderer.render(tokens, markdown.options, {}))


def target(href: str, names: set[str]) -> str:
    """Where a link leads on the site; what lies outside of docs/ is named on the index."""
    found = LINK.match(href)
    if found is None:
        return href
    name, anchor = found[1], found[2] or ""
    return f"{name}.html{anchor}" if name in names else "index.html"
