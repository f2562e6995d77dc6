"""What a type checker sees of the driver for asyncio. mypy reads this (`make lint`).

Each `type: ignore` is an error that must be reported: strict mypy complains of one that is not.
"""

import asyncio
from typing import Any, assert_type

from data_bridge import postgres
from data_bridge.postgres import Connection, LoggedQuery, Pool, PostgresError, Record, errors


async def connecting() -> None:
    connection = await postgres.connect("postgresql://", host="a", command_timeout=3)
    assert_type(connection, Connection)
    async with connection as entered:
        assert_type(entered, Connection)
    async with await postgres.connect(port=5432, server_settings={"search_path": "app"}) as other:
        assert_type(other, Connection)
    await postgres.connect(hosst="a")  # type: ignore[call-arg]
    await postgres.connect(command_timeout="3")  # type: ignore[arg-type]
    postgres.connect("postgresql://").fetch("SELECT 1")  # type: ignore[attr-defined]


async def statements(connection: Connection) -> None:
    assert_type(await connection.execute("UPDATE t SET a = $1", 1), str)
    assert_type(await connection.fetch("SELECT 1", timeout=2.5), list[Record])
    assert_type(await connection.fetchrow("SELECT 1"), Record | None)
    assert_type(await connection.fetchval("SELECT 1", column=1), Any)
    await connection.executemany("INSERT INTO t VALUES ($1)", [(i,) for i in range(3)])
    row = await connection.fetchrow("SELECT 1")
    row["a"]  # type: ignore[index]
    await connection.fetch(b"SELECT 1")  # type: ignore[arg-type]
    await connection.executemany("INSERT INTO t VALUES ($1)", [1, 2])  # type: ignore[list-item]
    await connection.fetch("SELECT 1", timeout="2")  # type: ignore[arg-type]


def records(record: Record) -> None:
    assert_type(record["a"], Any)
    assert_type(record[0], Any)
    assert_type(record[0:2], tuple[Any, ...])
    assert_type(dict(record), dict[str, Any])
    assert_type(len(record), int)
    for value in record:
        assert_type(value, Any)
    record["a"] = 1  # type: ignore[index]


async def transactions(connection: Connection, pool: Pool) -> None:
    async with connection.transaction(isolation="serializable", readonly=True) as inside:
        assert_type(inside, Connection)
    async with pool.transaction() as inside:
        assert_type(inside, Connection)
    connection.transaction(isolation="chaos")  # type: ignore[arg-type]
    with connection.transaction():  # type: ignore[attr-defined]
        pass

    async def transfer(session: Connection) -> int:
        return await session.fetchval("SELECT 1")  # type: ignore[no-any-return]

    assert_type(await connection.run_in_transaction(transfer, retries=3), int)
    assert_type(await pool.run_in_transaction(transfer), int)


async def pools(pool: Pool) -> None:
    async with postgres.create_pool("postgresql://", min_size=1, max_size=5) as opened:
        assert_type(opened, Pool)
    assert_type(await postgres.create_pool(), Pool)
    async with pool.acquire(timeout=3) as connection:
        assert_type(connection, Connection)
    assert_type(await pool.acquire(), Connection)
    assert_type(
        await asyncio.gather(pool.fetch("SELECT 1"), pool.execute("SELECT 1")),
        tuple[list[Record], str],
    )
    assert_type(pool.get_size(), int)
    postgres.create_pool(min_size="1")  # type: ignore[arg-type]


async def failures(connection: Connection) -> None:
    try:
        await connection.fetch("SELECT 1")
    except errors.UniqueViolationError as error:
        assert_type(error.constraint, str | None)
        assert_type(error.sqlstate, str)
        assert_type(error.position, int | None)
    except errors.QueryTimeoutError as error:
        late: TimeoutError = error
        assert_type(late.args, tuple[Any, ...])
    except PostgresError as error:
        assert_type(error.detail, str | None)
    assert_type(errors.lookup("23505"), type[PostgresError])
    assert_type(errors.DeadlockDetectedError.sqlstate, str)
    errors.UniqueViolation  # type: ignore[attr-defined]  # noqa: B018 (what is read is the point)


def loggers(connection: Connection, pool: Pool) -> None:
    def note(query: LoggedQuery) -> None:
        assert_type(query.duration, float)
        assert_type(query.rows, int | None)
        query.duration = 3  # type: ignore[misc]

    async def later(query: LoggedQuery) -> None: ...

    connection.add_query_logger(note)
    pool.add_query_logger(later, parameters=True)
    pool.add_query_logger(note, True)  # type: ignore[call-arg]
    pool.add_query_logger(lambda: None)  # type: ignore[misc, arg-type]
