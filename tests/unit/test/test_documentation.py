"""docs/dbtest.md, followed to the letter."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from data_bridge.test.cli import _parser
from data_bridge.test.noise import CONFIDENCE, LEAST_DIFFERENCE
from data_bridge.test.report import saved
from data_bridge.test.report.formats import FORMATS
from data_bridge.test.schedule import schedule_for
from data_bridge.test.statistic import FENCE
from tests.unit.test.conftest import Dbtest
from tests.unit.test.report.example import group, report

PAGE = (Path(__file__).parents[3] / "docs" / "dbtest.md").read_text()


def section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found[1]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def write_files(text: str, folder: Path) -> None:
    for source in blocks(text, "python"):
        name = source.partition("\n")[0].removeprefix("# ")
        (folder / name).write_text(source)


def test_the_first_benchmark_runs_as_shown(pytester: pytest.Pytester, dbtest: Dbtest) -> None:
    first = section("A first benchmark")
    write_files(first, pytester.path)
    result = dbtest("-k", "Dump Orders")
    assert result.ret == 0
    shown = re.search(r"^```\n(=====.*?)^```", first, re.DOTALL | re.MULTILINE)
    assert shown is not None
    # All figures may differ.
    pattern = re.sub(r"[( ] *\d[\d.]*(/\d+)?(?=x|\n| (?!%))", "*", shown[1])
    result.stdout.fnmatch_lines(pattern.splitlines(), consecutive=True)


def test_a_project_of_ones_own_begins_in_an_empty_folder(tmp_path: Path) -> None:
    own = section("Your own project, from an empty folder")
    write_files(own, tmp_path)
    install, *commands = blocks(own, "bash")
    # What it installs is what is installed here, in the environment that runs this test.
    assert install.splitlines()[-1] == 'pip install "data-bridge[test]"'
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    printed = []
    for command in commands:
        result = subprocess.run(
            ["bash", "-euc", command],
            cwd=tmp_path,
            env={**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        assert result.stderr == ""
        printed.append(result.stdout)
    plain, kept, compared, pasted = printed
    for output in (plain, kept, compared):
        assert output.count("(baseline)") == 2
        assert "failed" not in output
    assert compared.count("Against base.json:") == 2
    assert pasted.count("### ") == 1
    assert "loop | " in pasted
    groups = json.loads((tmp_path / "base.json").read_text())["groups"]
    assert [each["title"] for each in groups] == ["Insert[rows=10]", "Insert[rows=1000]"]
    page = (tmp_path / "report.html").read_text()
    assert "Insert: by rows" in page


def test_the_schedule_is_the_one_in_force() -> None:
    row = r"\| (?:up to ([\d,]+)|more) \| (\d+) \| (\d+) \| (\d+) \|"
    rows = re.findall(row, PAGE)
    assert len(rows) == 4
    for limit, *numbers in rows:
        schedule = schedule_for(int(limit.replace(",", "")) if limit else 1_000_000)
        assert [schedule.iterations, schedule.rounds, schedule.warmups] == list(map(int, numbers))


def test_the_rules_are_those_in_force() -> None:
    figures = section("What the figures mean")
    assert f"**{CONFIDENCE * 100:g} % interval**" in figures
    assert f"more than {LEAST_DIFFERENCE * 100:g} % from 1" in figures
    assert f"more than {FENCE} interquartile ranges" in figures


def test_all_options_and_formats_are_described() -> None:
    described = re.findall(r"`(-[\w-]+)", section("Options"))
    options = {word for action in _parser()._actions for word in action.option_strings}
    assert options - {"-h", "--help"} <= set(described)
    formats = re.findall(r"^\| `(\w+)` \| ", section("Reports").partition("###")[0], re.MULTILINE)
    assert formats == list(FORMATS)


def test_all_names_of_the_json_format_are_described() -> None:
    text = section("Reports").partition("### The JSON format")[2]
    described = set(re.findall(r"`(\w+)`", text))
    whole = json.loads(saved.dump(report(group(ours=1.0))))
    assert whole["version"] == saved.VERSION
    assert f"Version {saved.VERSION}." in text
    (one,) = whole["groups"]
    (ours,) = one["implementations"]
    parts = (whole, whole["environment"], one, one["schedule"], ours, ours["milliseconds"])
    for part in (*parts, ours["speedup"]):
        assert set(part) <= described
