"""The guide's examples are true: they run, in order, as they stand."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.server import Server
from data_bridge import postgres

GUIDE = (Path(__file__).parents[3] / "docs" / "orm.md").read_text()


async def test_the_examples_of_the_guide(
    database: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    async with postgres.create_pool(database.dsn, min_size=1) as pool:
        for kind, block in re.findall(r"^```(\w+)\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE):
            if kind == "sql":
                await pool.execute(block)
    names: dict[str, Any] = {"__name__": "guide"}
    blocks = re.findall(r"^```python\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    try:
        for block in blocks:
            source = block.replace("postgresql://...", database.dsn)
            code = compile(source, "docs/orm.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            running = eval(code, names)
            if inspect.isawaitable(running):
                await running
    finally:
        await postgres.close()
    assert len(blocks) == 6
    assert (names["ids"][:2], len(names["ids"])) == ([2, 3], 1002)
    # Of ages from 20 to 69, those above 60 were gone before the last DELETE.
    assert (names["changed"], names["deleted"]) == (1000, 2 + 1000 * 41 // 50)
    assert '"age" > $1' in capsys.readouterr().out
