"""The whole site, made beside the old one and put in its place when it is whole."""

import json
import shutil
import tempfile
from pathlib import Path

from benchmarks.site import document, page, selection
from benchmarks.site.documentation import write_documentation
from benchmarks.site.publication import ROOT, SiteError, loading_from_elsewhere, write_history

RESULTS = ROOT / "results"
SITE = ROOT / "html"
ASSETS = Path(__file__).parent / "assets"
# Ignored by git, and on the same disk.
WORKSHOP = ROOT / ".asv"


def make(results: Path, site: Path) -> list[str]:
    """Make the site, in the place of an older one.

    Returns:
        what was passed over, a line each.

    Raises:
        SiteError: there are no results, or a part of it cannot be made; the old site stays.
    """
    WORKSHOP.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORKSHOP, prefix="site-") as workshop:
        made = Path(workshop) / "html"
        made.mkdir()
        write_history(results, made / "history")
        remarks = write_front(results, made)
        write_documentation(ROOT, made / "docs")
        remote = sorted(str(path.relative_to(made)) for path in loading_from_elsewhere(made))
        if remote:
            raise SiteError(f"the site would load files from elsewhere: {', '.join(remote)}")
        shutil.rmtree(site, ignore_errors=True)
        made.rename(site)
    return remarks


def write_front(results: Path, site: Path) -> list[str]:
    """Write the first page and all that it loads; returns what was passed over, a line each."""
    journals, remarks = selection.newest(results)
    report = document.report(journals)
    (site / "index.html").write_text(page.render(report))
    (site / "report.json").write_text(json.dumps(report, separators=(",", ":")) + "\n")
    shutil.copytree(ASSETS, site / "assets")
    return remarks
