"""Queries over several tables: the framework's own, and the cities and orders that all share."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from functools import cache
from typing import Any

from benchmarks import data
from benchmarks.operations.judging import found_all, found_rows
from benchmarks.operations.operation import Operation
from benchmarks.shared_tables import CITY, ORDER, REGIONS, orders

REGION = "West"
JOIN_LIMIT = 200
# The one order in a hundred that is large: of those over the age, 162 people have one.
SUBQUERY_ABOVE = 25
LARGE = Decimal("495.00")
SUBQUERY_ROWS = 162
# The last two weeks.
SINCE = dt.date(2025, 12, 18)
SPENT = Decimal("250.00")
CTE_LIMIT = 200
GROUP_ABOVE = 25
GROUPS = 44


@cache
def joined() -> list[tuple[Any, ...]]:
    """The first orders of a region: (id, user's name, city, amount, day)."""
    found = []
    for identifier, user, amount, placed in orders():
        row = data.row(user - 1)
        if REGIONS[row.city] == REGION:
            found.append((identifier, row.name, row.city, amount, placed))
    return found[:JOIN_LIMIT]


@cache
def with_large_orders() -> list[data.StoredRow]:
    """The people over an age who placed a large order, in the order of their ids."""
    users = sorted({user for _, user, amount, _ in orders() if amount >= LARGE})
    return [data.stored(user) for user in users if data.stored(user)[3] > SUBQUERY_ABOVE]


@cache
def spenders() -> list[tuple[Any, ...]]:
    """Who spent most since a day: (id, name, number of orders, sum)."""
    spent: dict[int, list[Decimal]] = defaultdict(list)
    for _, user, amount, placed in orders():
        if placed >= SINCE:
            spent[user].append(amount)
    found = [
        (user, data.row(user - 1).name, len(amounts), sum(amounts))
        for user, amounts in spent.items()
        if sum(amounts) > SPENT
    ]
    return sorted(found, key=lambda row: (-row[3], row[0]))[:CTE_LIMIT]


@cache
def groups() -> list[tuple[Any, ...]]:
    """Each city and age over one: (city, age, number of people, mean score, highest score)."""
    scores: dict[tuple[str, int], list[float]] = defaultdict(list)
    for row in data.table():
        if row.age > GROUP_ABOVE:
            scores[row.city, row.age].append(row.score)
    found = [
        (city, age, len(some), sum(some) / len(some), max(some))
        for (city, age), some in scores.items()
    ]
    return sorted(found, key=lambda row: row[1])


OPERATIONS = (
    Operation(
        name="join",
        title="Join of 3 tables",
        method="join",
        family="query",
        batch=JOIN_LIMIT,
        calls=8,
        rounds=30,
        changes=False,
        arguments=lambda k: (REGION, JOIN_LIMIT),
        expected=lambda k: joined(),
        judge=found_rows,
        large=True,
        needs=(CITY, ORDER),
    ),
    Operation(
        name="subquery",
        title="Subquery",
        method="subquery",
        family="query",
        batch=SUBQUERY_ROWS,
        calls=8,
        rounds=30,
        changes=False,
        arguments=lambda k: (SUBQUERY_ABOVE, LARGE),
        expected=lambda k: with_large_orders(),
        judge=found_all,
        large=True,
        needs=(ORDER,),
    ),
    Operation(
        name="cte",
        title="Common table expression",
        method="cte",
        family="query",
        batch=CTE_LIMIT,
        calls=8,
        rounds=30,
        changes=False,
        arguments=lambda k: (SINCE, SPENT, CTE_LIMIT),
        expected=lambda k: spenders(),
        judge=found_rows,
        large=True,
        needs=(ORDER,),
    ),
    Operation(
        name="group_by",
        title="Group by",
        method="group_by",
        family="query",
        batch=GROUPS,
        calls=8,
        rounds=30,
        changes=False,
        arguments=lambda k: (GROUP_ABOVE,),
        expected=lambda k: groups(),
        judge=found_rows,
        large=True,
    ),
)
