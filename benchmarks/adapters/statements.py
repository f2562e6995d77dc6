"""SQL that the drivers' adapters have in common: of queries that are long, or defined elsewhere.

With `$1` for parameters, which stand in their order and once each; psycopg's drivers want `%s`.
"""

import re

JOIN_NAMES = ("id", "name", "city", "amount", "placed")
CTE_NAMES = ("id", "name", "orders", "total")
GROUP_NAMES = ("city", "age", "people", "mean", "highest")
PG_TYPE_NAMES = (
    "typname",
    "typnamespace",
    "typowner",
    "typlen",
    "typbyval",
    "typcategory",
    "typispreferred",
    "typisdefined",
    "typdelim",
    "typrelid",
    "typelem",
    "typarray",
)

PG_TYPE = (
    f"SELECT {', '.join(PG_TYPE_NAMES)} FROM pg_type WHERE typtypmod = $1 AND typisdefined = $2"
)
PG_TYPE_ARGUMENTS = (-1, True)
SERIES = "SELECT i FROM generate_series(1, $1) AS i"
SERIES_LENGTH = 1000
LARGE_OBJECT = "SELECT * FROM bench_pgbench_bytes"
ARRAYS = "SELECT * FROM bench_pgbench_arrays"
BATCH = "INSERT INTO bench_pgbench_rows (a, b, c, d, e, f, g) VALUES ($1, $2, $3, $4, $5, $6, $7)"
ONE_PLUS_ONE = "SELECT 1+1"


def join(table: str) -> str:
    """Orders, with who placed them, of a region's cities: region, limit."""
    return (
        f"SELECT o.id, u.name, u.city, o.amount, o.placed FROM bench_order AS o"
        f" JOIN {table} AS u ON u.id = o.user_id JOIN bench_city AS c ON c.name = u.city"
        " WHERE c.region = $1 ORDER BY o.id LIMIT $2"
    )


def subquery(table: str) -> str:
    """People over an age with an order of at least an amount: above, amount."""
    return (
        f"SELECT id, name, email, age, city, score, active FROM {table} WHERE age > $1"
        " AND id IN (SELECT user_id FROM bench_order WHERE amount >= $2) ORDER BY id"
    )


def cte(table: str) -> str:
    """Who spent more than a sum since a day, most first: since, spent, limit."""
    return (
        "WITH spending AS (SELECT user_id, count(*) AS orders, sum(amount) AS total"
        " FROM bench_order WHERE placed >= $1 GROUP BY user_id)"
        f" SELECT u.id, u.name, s.orders, s.total FROM {table} AS u"
        " JOIN spending AS s ON s.user_id = u.id WHERE s.total > $2"
        " ORDER BY s.total DESC, u.id LIMIT $3"
    )


def group_by(table: str) -> str:
    """Each city and age over one, with its people and their scores: above."""
    return (
        "SELECT city, age, count(*) AS people, avg(score) AS mean, max(score) AS highest"
        f" FROM {table} WHERE age > $1 GROUP BY city, age ORDER BY age"
    )


def values(kind: str) -> str:
    """All values of a kind."""
    return f"SELECT value FROM bench_values_{kind}"


def wide(names: tuple[str, ...]) -> str:
    """All rows of the wide table."""
    return f"SELECT {', '.join(names)} FROM bench_wide"


def unnumbered(sql: str) -> str:
    """The same SQL with `%s` for its parameters."""
    return re.sub(r"\$\d", "%s", sql)
