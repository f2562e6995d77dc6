"""A site with made-up figures, served on this machine, and a browser to look at it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from benchmarks.site import making, publication
from benchmarks.site.documentation import write_documentation
from tests.integration.benchmarks.site.browsing import CHROMIUM, OPTIONS, served
from tests.integration.benchmarks.site.made_up import made_up
from tests.unit.benchmarks.journals import write


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium, chromium-browser or google-chrome on PATH")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield opened
        opened.close()
