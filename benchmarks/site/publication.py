"""asv's pages: the history of every benchmark, with an interface that needs no network.

asv's own page loads ten files from elsewhere, and shows an error without a network. asv-tachyon's,
which brings all that it needs, takes its place; of asv's remain the data.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TITLE = "data-bridge: history of the benchmarks"
# What `asv publish` makes and the interface reads.
DATA = {"graphs", "index.json", "info.json", "regressions.json", "regressions.xml"}
# What the interface asks for, and does without where there is nothing: an answer keeps its console
# quiet.
EMPTY = {"profiles.json": "{}\n", "regressions-ignore.json": "[]\n"}
# What a page loads by itself; a link that a person may follow is none of it.
LOADED = re.compile(
    r"""<script[^>]+src=["']?(https?:|//)|<link[^>]+href=["']?(https?:|//)"""
    r"""|<(?:img|iframe|source)[^>]+src=["']?(https?:|//)|url\(["']?(https?:|//)"""
    r"""|@import\s+(?:url\()?["']?(https?:|//)|fetch\(["'`](https?:|//)""",
    re.IGNORECASE,
)


class SiteError(Exception):
    """The site cannot be made. The message is one line."""


def write_history(results: Path, site: Path) -> None:
    """Let asv make its pages, and give them the interface that needs no network.

    Raises:
        SiteError: there are no results, or a command fails.
    """
    if not (results / "benchmarks.json").exists():
        raise SiteError("there are no results in results/; run make history first")
    run("asv", "publish", "--html-dir", str(site))
    leave_out_unmeasured(site)
    say_which_way_is_better(site)
    take_interface(site)
    write_subjects(site)


def leave_out_unmeasured(site: Path) -> None:
    """Let the interface know only the benchmarks that have a graph; it would ask for all of them.

    asv lists those that it found when it last measured, whether a profile holds them or not.
    """
    path = site / "index.json"
    index = json.loads(path.read_text())
    index["benchmarks"] = {
        name: benchmark
        for name, benchmark in index["benchmarks"].items()
        if (site / "graphs" / "summary" / f"{name}.json").exists()
    }
    path.write_text(json.dumps(index, separators=(",", ":")))


def say_which_way_is_better(site: Path) -> None:
    """Tell the interface that lower is better; of a `track_` benchmark it takes the opposite."""
    path = site / "index.json"
    index = json.loads(path.read_text())
    for benchmark in index["benchmarks"].values():
        benchmark["less_is_better"] = True
    path.write_text(json.dumps(index, separators=(",", ":")))


def take_interface(site: Path) -> None:
    """Put the interface that needs no network in the place of asv's own."""
    for path in site.iterdir():
        if path.name not in DATA:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    run("asv_tachyon", "install", "--no-backup", str(site))
    index = site / "index.html"
    page = re.sub("<title>.*?</title>", f"<title>{TITLE}</title>", index.read_text())
    index.write_text(page)
    for name, text in EMPTY.items():
        (site / name).write_text(text)


def write_subjects(site: Path) -> None:
    """Write the subjects of the published commits, which the interface shows with their points."""
    published = json.loads((site / "index.json").read_text())["revision_to_hash"].values()
    command = ["git", "log", "--no-walk", "--stdin", "--format=%H%x09%s"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        input="\n".join(published),
    )
    subjects = dict(line.split("\t", 1) for line in done.stdout.splitlines())
    (site / "commits.json").write_text(json.dumps(subjects, indent=0, sort_keys=True) + "\n")


def run(module: str, *arguments: str) -> None:
    """Run a command of the environment in the repository.

    Raises:
        SiteError: it fails, or is not installed.
    """
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        words = (done.stderr + done.stdout).strip().splitlines() or ["without a message"]
        raise SiteError(f"{module} {arguments[0]} failed: {words[-1].strip()}")


def loading_from_elsewhere(site: Path) -> Iterator[Path]:
    """The files of a site that load something over the network."""
    for path in site.rglob("*"):
        if path.suffix in {".html", ".css", ".js", ".svg"} and LOADED.search(path.read_text()):
            yield path
