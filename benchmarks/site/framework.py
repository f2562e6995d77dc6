"""What the page says of a framework, read from its adapter's source, so that none need be there."""

import ast
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from benchmarks import frameworks

OURS = ("data_bridge_driver", "data_bridge_orm", "data_bridge_sync")
ORMS = {"data_bridge_orm", "oxyde", "piccolo", "sqlalchemy", "tortoise"}
FLOOR = "floor"


@dataclass(frozen=True)
class Framework:
    """A column.

    Attributes:
        name: identifier, as in the journals.
        title: for people.
        kind: "async", "sync", or "external" for the floor.
        level: "ORM", "driver", or "floor".
        ours: whether it is data-bridge.
    """

    name: str
    title: str
    kind: str
    level: str
    ours: bool

    def as_json(self) -> dict[str, Any]:
        """The framework as the page's scripts read it."""
        return asdict(self)


@cache
def describe(name: str) -> Framework:
    """What is known of a framework; one whose adapter is gone keeps its identifier as title."""
    written = class_attributes(name)
    return Framework(
        name,
        title=written.get("title", name),
        kind=written.get("kind", "async"),
        level=FLOOR if name == FLOOR else "ORM" if name in ORMS else "driver",
        ours=name in OURS,
    )


def class_attributes(name: str) -> dict[str, str]:
    """The attributes of an adapter's class whose values are written out as text."""
    path = frameworks.FOLDER / f"{name}.py"
    if not path.exists():
        return {}
    return {
        target.id: node.value.value
        for kind in ast.parse(path.read_text()).body
        if isinstance(kind, ast.ClassDef) and kind.name.endswith("Adapter")
        for node in kind.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def in_order(names: Iterable[str]) -> list[Framework]:
    """Frameworks in the order of columns: ours, drivers, ORMs, the floor."""
    known = frameworks.names()

    def place(one: Framework) -> tuple[object, ...]:
        group = (one.level == "floor", not one.ours, one.level == "ORM", one.kind == "sync")
        return (*group, known.index(one.name) if one.name in known else len(known), one.name)

    return sorted((describe(name) for name in set(names)), key=place)
