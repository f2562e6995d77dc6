"""Pages in a browser that is watched: nothing may leave the machine, nothing may complain."""

import functools
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Request, Route

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
WIDE, PHONE = (1360, 900), (390, 844)
# How long a busy machine may take for anything, in milliseconds.
PATIENCE = 120_000


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
    context.set_default_timeout(PATIENCE)
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
        if options.get("java_script_enabled", True):
            # The first page shows its form in the turn in which all else is set up.
            page.wait_for_function("!document.querySelector('#view[hidden]')")
        yield page
        assert (elsewhere, complaints) == ([], []), (elsewhere, complaints)
    finally:
        context.close()


def come_near(page: Page) -> None:
    """Scroll through the whole page, so that all charts are drawn."""
    for section in page.locator("#charts > section:visible").all():
        section.scroll_into_view_if_needed()
        section.locator("figure, .remark").first.wait_for()
