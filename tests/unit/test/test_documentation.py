"""docs/dbtest.md, followed to the letter."""

import re
from pathlib import Path

import pytest

from data_bridge.test.schedule import schedule_for
from tests.unit.test.conftest import Dbtest

PAGE = (Path(__file__).parents[3] / "docs" / "dbtest.md").read_text()


def test_the_first_benchmark_runs_as_shown(pytester: pytest.Pytester, dbtest: Dbtest) -> None:
    for name, source in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL):
        (pytester.path / name).write_text(source)
    result = dbtest("-k", "Dump Orders")
    assert result.ret == 0
    shown = re.search(r"```\n(=====.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    pattern = re.sub(r" +[\d.]+ ms  \([\d.]+x", "*ms  (*x", shown[1])
    pattern = re.sub(r" +[\d.]+ ms|[\d.]+x", "*", pattern)
    result.stdout.fnmatch_lines(pattern.splitlines(), consecutive=True)


def test_the_schedule_is_the_one_in_force() -> None:
    row = r"\| (?:up to ([\d,]+)|more) \| (\d+) \| (\d+) \| (\d+) \|"
    rows = re.findall(row, PAGE)
    assert len(rows) == 4
    for limit, *numbers in rows:
        schedule = schedule_for(int(limit.replace(",", "")) if limit else 1_000_000)
        assert [schedule.iterations, schedule.rounds, schedule.warmups] == list(map(int, numbers))
