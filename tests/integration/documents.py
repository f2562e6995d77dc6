"""The pages of the documentation, and how their examples are run."""

import asyncio
import re
from pathlib import Path
from typing import Any

from data_bridge import postgres

ROOT = Path(__file__).parents[2]
ACCOUNTS = "CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)"


def blocks(name: str) -> list[str]:
    """The Python examples of a page, in its order."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def run(source: str, dsn: str) -> dict[str, Any]:
    """Run an example, on the tests' database; give the names it defines."""
    names: dict[str, Any] = {"postgres": postgres, "asyncio": asyncio}
    exec(re.sub(r'"postgresql://[^"]*"', repr(dsn), source), names)
    return names


def run_page(name: str, dsn: str) -> dict[str, Any]:
    """Run all examples of a page of the guide, in its order; give the names they define.

    Args:
        name: the page: "errors" is docs/guide/errors.md.
        dsn: what stands in the place of each "postgresql://..." of the page.
    """
    names: dict[str, Any] = {}
    for example in blocks(f"docs/guide/{name}.md"):
        names |= run(example, dsn)
    return names
