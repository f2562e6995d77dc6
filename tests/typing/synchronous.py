"""What a type checker sees of the driver for threads. mypy reads this (`make lint`).

Each `type: ignore` is an error that must be reported: strict mypy complains of one that is not.
"""

from typing import Any, assert_type

from data_bridge.postgres import LoggedQuery, Record, sync
from data_bridge.postgres.sync import Connection, Pool


def connecting() -> None:
    connection = sync.connect("postgresql://", host="a", command_timeout=3)
    assert_type(connection, Connection)
    with connection as entered:
        assert_type(entered, Connection)
    sync.connect(hosst="a")  # type: ignore[call-arg]


def statements(connection: Connection, pool: Pool) -> None:
    assert_type(connection.execute("UPDATE t SET a = $1", 1), str)
    assert_type(connection.fetch("SELECT 1", timeout=2.5), list[Record])
    assert_type(connection.fetchrow("SELECT 1"), Record | None)
    assert_type(connection.fetchval("SELECT 1"), Any)
    assert_type(pool.fetch("SELECT 1"), list[Record])
    connection.executemany("INSERT INTO t VALUES ($1)", [[1], [2]])
    connection.fetchrow("SELECT 1")["a"]  # type: ignore[index]


async def awaited(connection: Connection) -> None:
    await connection.fetch("SELECT 1")  # type: ignore[misc]


def transactions(connection: Connection, pool: Pool) -> None:
    with connection.transaction(isolation="repeatable_read") as inside:
        assert_type(inside, Connection)
    with pool.transaction() as inside:
        assert_type(inside, Connection)
    connection.transaction(isolation=3)  # type: ignore[arg-type]

    def transfer(session: Connection) -> list[Record]:
        return session.fetch("SELECT 1")

    assert_type(connection.run_in_transaction(transfer), list[Record])


def pools(pool: Pool) -> None:
    with sync.create_pool("postgresql://", max_size=5) as opened:
        assert_type(opened, Pool)
    with pool.acquire(timeout=1) as connection:
        assert_type(connection, Connection)


def loggers(pool: Pool) -> None:
    def note(query: LoggedQuery) -> None:
        assert_type(query.error, BaseException | None)

    pool.add_query_logger(note, parameters=True)
