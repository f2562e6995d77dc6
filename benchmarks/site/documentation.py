"""The pages of docs/ as HTML, so that what explains the figures is one step away from them."""

import re
import shutil
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, join, normpath, relpath

from markdown_it import MarkdownIt

from benchmarks.site.page import environment

LINK = re.compile(r"^(?!https?:|#|/)([\w./-]+?)\.md(#[\w-]*)?$")
# The page that GitHub shows for a folder is that which a browser shows for it.
FOLDER_PAGE = {"README": "index"}


def write_documentation(root: Path, site: Path) -> None:
    """Render the pages of a repository's docs/ into a folder, with a list of them as its index.

    What else is in docs/, as pictures are, comes along.
    """
    folder = root / "docs"
    shutil.copytree(folder, site, ignore=shutil.ignore_patterns("*.md"), dirs_exist_ok=True)
    paths = sorted(folder.glob("**/*.md"), key=lambda path: (len(path.parts), path))
    pages = {str(path.relative_to(folder).with_suffix("")): path for path in paths}
    template = environment().get_template("document.html.jinja")
    titles = []
    for name, path in pages.items():
        title, body = rendered(path.read_text(), set(pages), name)
        titles.append((address(name), title))
        written = site / address(name)
        written.parent.mkdir(parents=True, exist_ok=True)
        top = "../" * (name.count("/") + 1)
        written.write_text(template.render(title=title, body=body, top=top))
    listed = environment().get_template("documents.html.jinja").render(titles=titles, top="../")
    (site / "index.html").write_text(listed)


def rendered(text: str, names: set[str], name: str = "") -> tuple[str, str]:
    """The title of a Markdown page and its HTML; links lead to the pages that there are.

    Args:
        text: the page.
        names: all pages, by their path below docs/ without the suffix.
        name: the page's own.
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
                child.attrSet("href", target(str(child.attrGet("href")), names, name))
    return title, str(markdown.renderer.render(tokens, markdown.options, {}))


def address(name: str) -> str:
    """Where a page stands on the site, below docs/."""
    *folders, last = name.split("/")
    return "/".join([*folders, FOLDER_PAGE.get(last, last) if folders else last]) + ".html"


def target(href: str, names: set[str], name: str = "") -> str:
    """Where a link of a page leads; what lies outside of docs/ is named on the index."""
    found = LINK.match(href)
    if found is None:
        return href
    anchor = found[2] or ""
    linked = normpath(join(dirname(name), found[1]))
    leads = f"{address(linked)}{anchor}" if linked in names else "index.html"
    return relpath(leads, dirname(name) or ".")
