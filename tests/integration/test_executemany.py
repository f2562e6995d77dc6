"""Executions of many rows, in pieces: all or none, in bounded memory, whatever ends them."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import Connection, LoggedQuery, Pool, errors, sync
from data_bridge.postgres.executemany import FEW
from tests.integration.observation import assert_in_step, assert_in_step_sync

INSERT = "INSERT INTO t VALUES ($1, $2)"
COUNT = "SELECT count(*) FROM t"
MANY = 5 * FEW


@pytest.fixture
async def table(connection: Connection) -> Connection:
    await connection.execute("CREATE TABLE t (a int PRIMARY KEY DEFERRABLE, b text)")
    await connection.execute("INSERT INTO t VALUES (-1, 'before')")
    return connection


def rows(count: int) -> Iterator[tuple[int, str]]:
    return ((i, f"row {i}") for i in range(count))


async def later(count: int) -> AsyncIterator[list[Any]]:
    for i in range(count):
        if i % 700 == 0:
            await asyncio.sleep(0)
        yield [i, f"row {i}"]


@pytest.mark.each_loop
@pytest.mark.parametrize("count", [0, 1, FEW - 1, FEW, FEW + 1, MANY])
async def test_whatever_gives_the_rows(table: Connection, count: int) -> None:
    for given in (list(rows(count)), tuple(rows(count)), rows(count), later(count)):
        await table.executemany(INSERT, given)
        found = await table.fetchrow(
            "SELECT count(*), count(DISTINCT b) FILTER (WHERE b = 'row ' || a) FROM t WHERE a >= 0"
        )
        assert tuple(found or ()) == (count, count)
        await table.execute("DELETE FROM t WHERE a >= 0")
    await assert_in_step(table)


@pytest.mark.parametrize("count", [0, FEW + 1])
def test_whatever_gives_the_rows_for_threads(sync_connection: sync.Connection, count: int) -> None:
    sync_connection.execute("CREATE TABLE t (a int, b text)")
    for given in (list(rows(count)), rows(count)):
        sync_connection.executemany(INSERT, given)
        assert sync_connection.fetchval(f"{COUNT} WHERE b = 'row ' || a") == count
        sync_connection.execute("TRUNCATE t")
    with pytest.raises(TypeError, match="not iterable"):
        sync_connection.executemany(INSERT, 7)  # type: ignore[arg-type]


def resident() -> int:
    """The memory of this process, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


class Row(list[Any]):
    """A row that is counted for as long as somebody holds it."""

    alive = 0

    def __init__(self, *values: object) -> None:
        super().__init__(values)
        Row.alive += 1

    def __del__(self) -> None:
        Row.alive -= 1


class Gauge:
    """Rows that look at the memory as they are taken."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.held = 0
        self.first = 0
        self.peak = 0

    def __iter__(self) -> Iterator[Row]:
        for i in range(self.count):
            if i % 500 == 499:
                self.held = max(self.held, Row.alive)
            if i % 5000 == 4999:
                self.first = self.first or resident()
                self.peak = max(self.peak, resident())
            yield Row(i, f"row {i}")

    async def __aiter__(self) -> AsyncIterator[Row]:
        for row in self:
            yield row


#: Less than a half of what all rows of the first test take as Python's objects, and as messages.
BOUND = 16 * 1024 * 1024


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
@pytest.mark.parametrize("kind", ["iterable", "async iterable", "threads"])
async def test_memory_stays_flat(database: Server, connection: Connection, kind: str) -> None:
    await connection.execute("CREATE UNLOGGED TABLE t (a int, b text)")
    gauge = Gauge(300_000 if kind == "iterable" else 20_000)
    if kind == "threads":
        with sync.connect(database.dsn) as other:
            other.executemany(INSERT, gauge)
    elif kind == "iterable":
        await connection.executemany(INSERT, iter(gauge))
    else:
        await connection.executemany(INSERT, aiter(gauge))
    assert 0 < gauge.held < 2 * FEW
    assert gauge.peak - gauge.first < BOUND
    total = await connection.fetchrow("SELECT count(*), sum(a) FROM t")
    assert tuple(total or ()) == (gauge.count, gauge.count * (gauge.count - 1) // 2)
    assert Row.alive == 0


async def test_large_rows_are_not_gathered(connection: Connection) -> None:
    await connection.execute("CREATE UNLOGGED TABLE t (a int, b bytea)")
    waiting = 0

    def large() -> Iterator[tuple[int, bytes]]:
        for i in range(400):
            yield i, bytes(100_000)
            nonlocal waiting
            waiting = i

    await connection.executemany(INSERT, large())
    assert (waiting, await connection.fetchval("SELECT sum(length(b)) FROM t")) == (399, 40_000_000)


def broken(end: BaseException | tuple[Any, ...] | None, count: int = MANY) -> Iterator[Any]:
    yield from rows(count)
    if isinstance(end, BaseException):
        raise end
    yield end
    yield from ((i, "behind") for i in range(count, 2 * count))


FAILURES: list[tuple[Any, type[BaseException], str]] = [
    (LookupError("the generator's own"), LookupError, "own"),
    ((0, "there already"), errors.UniqueViolationError, "t_pkey"),
    (("one", "b"), errors.InterfaceError, rf"row {MANY + 1}, parameter \$1 \(int4\)"),
    ((1,), errors.InterfaceError, f"row {MANY + 1}: the statement takes 2 arguments, and 1"),
    ("text", errors.InterfaceError, f"row {MANY + 1} is a str"),
]


@pytest.mark.parametrize(("end", "error", "text"), FAILURES)
async def test_an_error_leaves_nothing(
    table: Connection, end: Any, error: type[BaseException], text: str
) -> None:
    with pytest.raises(error, match=text):
        await table.executemany(INSERT.replace("$1", "$1::int"), broken(end))
    assert await table.fetchval(COUNT) == 1
    assert not table.is_in_transaction()
    await assert_in_step(table)


@pytest.mark.parametrize(("end", "error", "text"), FAILURES)
def test_an_error_leaves_nothing_for_threads(
    sync_connection: sync.Connection, end: Any, error: type[BaseException], text: str
) -> None:
    sync_connection.execute("CREATE TABLE t (a int PRIMARY KEY, b text)")
    with pytest.raises(error, match=text):
        sync_connection.executemany(INSERT, broken(end))
    assert sync_connection.fetchval(COUNT) == 0
    assert_in_step_sync(sync_connection)


async def test_an_error_of_an_async_generator(table: Connection) -> None:
    async def failing() -> AsyncIterator[tuple[int, str]]:
        for row in rows(MANY):
            yield row
        raise LookupError

    with pytest.raises(LookupError):
        await table.executemany(INSERT, failing())
    assert await table.fetchval(COUNT) == 1


async def test_inside_a_transaction(table: Connection) -> None:
    """What the client could not send leaves what was done before, and the transaction usable."""
    async with table.transaction():
        await table.execute("INSERT INTO t VALUES (-2, 'inside')")
        for end, error in (LookupError(), LookupError), ((None, None, None), errors.InterfaceError):
            with pytest.raises(error):
                await table.executemany(INSERT, broken(end))
            assert await table.fetchval(COUNT) == 2
        await table.executemany(INSERT, rows(MANY))
    assert await table.fetchval(COUNT) == MANY + 2
    # An error of the server's ends it, as that of any statement does.
    with pytest.raises(errors.UniqueViolationError):
        async with table.transaction():
            await table.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(errors.UniqueViolationError):
                await table.executemany(INSERT, ((i, "again") for i in range(MANY)))
            with pytest.raises(errors.InFailedSQLTransactionError):
                await table.executemany(INSERT, rows(MANY))
            raise errors.UniqueViolationError("as seen")
    assert await table.fetchval(COUNT) == MANY + 2
    await assert_in_step(table)


async def test_a_constraint_that_is_checked_at_the_end(table: Connection) -> None:
    await table.execute(
        "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD UNIQUE (a) DEFERRABLE INITIALLY DEFERRED"
    )
    with pytest.raises(errors.UniqueViolationError):
        await table.executemany(INSERT, ((-1, "twice") for _ in range(MANY)))
    assert await table.fetchval(COUNT) == 1
    await assert_in_step(table)


@pytest.mark.parametrize("inside", [False, True])
async def test_cancelled_at_any_moment(table: Connection, inside: bool) -> None:
    taken = 0

    def counted(stop: int, task: list["asyncio.Task[None]"]) -> Iterator[tuple[int, str]]:
        nonlocal taken
        for taken, row in enumerate(rows(MANY)):
            if taken == stop:
                task[0].cancel()
            yield row

    for stop in (0, 10, FEW + 150, 2 * FEW, MANY - 1):
        if inside:
            await table.execute("BEGIN")
        tasks: list[asyncio.Task[None]] = []
        tasks.append(asyncio.create_task(table.executemany(INSERT, counted(stop, tasks))))
        await asyncio.wait(tasks)
        assert tasks[0].cancelled()
        assert taken >= stop
        if inside:
            await table.execute("ROLLBACK")
        async with asyncio.timeout(10):
            assert await table.fetchval(COUNT) == 1
        assert not table.is_in_transaction()
    await assert_in_step(table)


async def test_cancelled_while_the_generator_waits(table: Connection) -> None:
    reached = asyncio.Event()

    async def waiting() -> AsyncIterator[tuple[int, str]]:
        for row in rows(MANY):
            yield row
        reached.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(table.executemany(INSERT, waiting()))
    await reached.wait()
    behind = asyncio.create_task(table.fetchval(COUNT))
    task.cancel()
    async with asyncio.timeout(10):
        assert await behind == 1
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_timeout(table: Connection, sync_connection: sync.Connection) -> None:
    slow = [(0.05,)] * MANY
    for call in (table.executemany, sync_connection.executemany):
        with pytest.raises(errors.QueryTimeoutError, match=r"within 0\.2 s"):
            outcome: Any = call("SELECT pg_sleep($1)", slow, timeout=0.2)
            await outcome
    await assert_in_step(table)
    assert_in_step_sync(sync_connection)


async def test_the_session_ends_in_its_midst(
    database: Server, administrator: psycopg.Connection
) -> None:
    connection = await postgres.connect(database.dsn)
    await connection.execute("CREATE TABLE t (a int, b text)")
    pid = await connection.fetchval("SELECT pg_backend_pid()")

    def ending() -> Iterator[tuple[int, str]]:
        yield from rows(2 * FEW)
        administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        yield from rows(100 * FEW)

    with pytest.raises(postgres.Error):
        await connection.executemany(INSERT, ending())
    assert connection.is_closed()
    with sync.connect(database.dsn) as other:
        assert other.fetchval(COUNT) == 0


async def test_others_wait_their_turn(table: Connection) -> None:
    """It begins when what was before it is answered; what is behind it sees all of it."""
    before = asyncio.create_task(table.fetchval("SELECT pg_sleep(0.02)::text"))
    await asyncio.sleep(0)
    begun = asyncio.Event()

    async def giving() -> AsyncIterator[tuple[int, str]]:
        for row in rows(MANY):
            if row[0] == 2 * FEW:
                begun.set()
                await asyncio.sleep(0)
            yield row

    many = asyncio.create_task(table.executemany(INSERT, giving()))
    await begun.wait()
    assert await table.fetchval(COUNT) == MANY + 1
    await asyncio.gather(before, many)


async def test_a_generator_cannot_ask_the_connection(table: Connection) -> None:
    async def asking() -> AsyncIterator[tuple[int, str]]:
        for row in rows(MANY):
            yield row
        await table.fetchval("SELECT 1")

    with pytest.raises(errors.InterfaceError, match="an executemany, of this very task"):
        await table.executemany(INSERT, asking())
    assert await table.fetchval(COUNT) == 1


async def test_a_statement_that_was_outdated(table: Connection, database: Server) -> None:
    await table.executemany(INSERT, rows(3))
    with sync.connect(database.dsn) as other:
        other.execute("ALTER TABLE t ALTER a TYPE bigint")
    await table.executemany(INSERT, ((i + 2**40, "large") for i in range(MANY)))
    assert await table.fetchval("SELECT max(a) FROM t") == 2**40 + MANY - 1


async def test_types_that_travel_as_text_or_are_new(table: Connection) -> None:
    await table.execute("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE m (v mood, p money)")
    values = [("ok", "1.50"), (None, "2")] * MANY
    await table.executemany("INSERT INTO m VALUES ($1, $2)", values)
    total = await table.fetchrow("SELECT count(v), sum(p)::numeric::int FROM m")
    assert tuple(total or ()) == (MANY, MANY * 7 // 2)


async def test_what_cannot_be_executed_many_times(table: Connection) -> None:
    for statement, error in (
        ("SELEKT $1, $2", errors.PostgresSyntaxError),
        ("INSERT INTO t VALUES ($1, $2); SELECT 1", errors.PostgresSyntaxError),
        ("INSERT INTO nowhere VALUES ($1, $2)", errors.UndefinedTableError),
    ):
        with pytest.raises(error):
            await table.executemany(statement, rows(MANY))
    with pytest.raises(postgres.Error):
        await table.executemany("COPY t TO STDOUT", [()] * MANY)
    await assert_in_step(table)


async def test_notices_are_the_statements_own(table: Connection) -> None:
    heard = []
    table.add_notice_listener(lambda _, notice: heard.append(notice.message))
    with pytest.raises(LookupError):
        await table.executemany(INSERT, broken(LookupError()))
    await table.execute("ROLLBACK")
    await asyncio.sleep(0)
    # One: that of the ROLLBACK of one's own.
    assert heard == ["there is no transaction in progress"]


async def test_on_a_pool(pool: Pool) -> None:
    await pool.execute("CREATE TABLE t (a int PRIMARY KEY, b text)")
    told: list[LoggedQuery] = []
    pool.add_query_logger(told.append)
    parts = [rows(3 * MANY) for _ in range(3)]
    await asyncio.gather(
        *(
            pool.executemany(INSERT, islice(part, i * MANY, (i + 1) * MANY))
            for i, part in enumerate(parts)
        )
    )
    assert await pool.fetchval(COUNT) == 3 * MANY
    with pytest.raises(errors.UniqueViolationError):
        await pool.executemany(INSERT, later(MANY))
    seen = [(query.tag, query.rows, type(query.error)) for query in told if query.sql == INSERT]
    assert seen == [("INSERT 0 1", None, type(None))] * 3 + [
        (None, None, errors.UniqueViolationError)
    ]
    assert await pool.fetchval(COUNT) == 3 * MANY
    prepared = await (await pool.acquire()).prepare(INSERT)
    await prepared.executemany((i, "p") for i in range(-MANY, 0))
    assert await prepared._connection.fetchval(COUNT) == 4 * MANY
    await pool.release(prepared._connection)


async def test_results_from_an_async_iterable(table: Connection) -> None:
    found = await table.fetchmany("SELECT $1::int * 2, $2::text", later(3))
    assert [row[0] for row in found] == [0, 2, 4]


def test_threads_share_a_connection(database: Server) -> None:
    with sync.connect(database.dsn) as connection:
        connection.execute("CREATE TABLE t (a int, b text)")
        begun = threading.Event()

        def slow() -> Iterator[tuple[int, str]]:
            yield from rows(2 * FEW)
            begun.set()
            time.sleep(0.05)
            yield from rows(2 * FEW)

        thread = threading.Thread(target=connection.executemany, args=(INSERT, slow()))
        thread.start()
        begun.wait(10)
        assert connection.fetchval(COUNT) == 4 * FEW
        thread.join()
