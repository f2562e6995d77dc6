import json
from pathlib import Path

import pytest

from benchmarks.site import making, publication
from benchmarks.site.__main__ import main


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("index.html", '<script src="https://cdn.example/a.js"></script>'),
        ("index.html", "<script defer src=//cdn.example/a.js></script>"),
        ("index.html", '<link rel="stylesheet" href="https://cdn.example/a.css">'),
        ("index.html", '<img alt="x" src="http://example/x.png">'),
        ("a.css", "body { background: url(https://example/x.png) }"),
        ("a.css", '@import "https://fonts.example/css";'),
        ("a.js", 'fetch("https://api.example/")'),
    ],
)
def test_what_loads_from_elsewhere_is_found(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "assets").mkdir()
    path = tmp_path / "assets" / name
    path.write_text(text)
    assert list(publication.loading_from_elsewhere(tmp_path)) == [path]


def test_links_and_own_files_are_no_loads(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<script src="./a.js"></script><link href="a.css"><a href="https://example/">x</a>'
    )
    (tmp_path / "a.js").write_text(
        'const xmlns = "http://www.w3.org/2000/svg"; fetch("index.json")'
    )
    (tmp_path / "a.css").write_text("body { background: url(./x.png) }")
    assert list(publication.loading_from_elsewhere(tmp_path)) == []


def test_the_interface_takes_the_place_of_asvs_own(tmp_path: Path) -> None:
    for name in ("index.html", "asv.js", "index.json", "regressions.xml"):
        (tmp_path / name).write_text("asv's own")
    (tmp_path / "graphs").mkdir()
    publication.take_interface(tmp_path)
    assert {"graphs", "index.json", "regressions.xml", "assets"} <= {
        path.name for path in tmp_path.iterdir()
    }
    assert not (tmp_path / "asv.js").exists()
    assert (tmp_path / "profiles.json").read_text() == "{}\n"
    page = (tmp_path / "index.html").read_text()
    assert f"<title>{publication.TITLE}</title>" in page
    assert list(publication.loading_from_elsewhere(tmp_path)) == []


def test_a_benchmark_without_results_is_not_offered(tmp_path: Path) -> None:
    (tmp_path / "graphs" / "summary").mkdir(parents=True)
    (tmp_path / "graphs" / "summary" / "suites.find.FindOne.track_time.json").write_text("[]")
    known = {"suites.find.FindOne.track_time": {"unit": "seconds"}, "suites.find.Count": {}}
    (tmp_path / "index.json").write_text(json.dumps({"project": "x", "benchmarks": known}))
    publication.leave_out_unmeasured(tmp_path)
    assert json.loads((tmp_path / "index.json").read_text()) == {
        "project": "x",
        "benchmarks": {"suites.find.FindOne.track_time": {"unit": "seconds"}},
    }


def test_lower_is_better_in_the_history(tmp_path: Path) -> None:
    known = {"suites.find.FindOne.track_time": {"unit": "seconds", "type": "track"}}
    (tmp_path / "index.json").write_text(json.dumps({"project": "x", "benchmarks": known}))
    publication.say_which_way_is_better(tmp_path)
    index = json.loads((tmp_path / "index.json").read_text())
    assert index["project"] == "x"
    assert [each["less_is_better"] for each in index["benchmarks"].values()] == [True]


def test_no_results_is_one_line_and_leaves_the_old_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "html"
    site.mkdir()
    (site / "index.html").write_text("old")
    monkeypatch.setattr("benchmarks.site.__main__.RESULTS", tmp_path)
    monkeypatch.setattr("benchmarks.site.__main__.SITE", site)
    monkeypatch.setattr(making, "WORKSHOP", tmp_path / "workshop")
    assert main() == 1
    assert (
        capsys.readouterr().err
        == "error: there are no results in results/; run make history first\n"
    )
    assert (site / "index.html").read_text() == "old"
    assert list((tmp_path / "workshop").iterdir()) == []
