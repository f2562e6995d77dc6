"""init, close and transaction."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import replace

import pytest

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import InterfaceError, Pool, Table, transaction
from data_bridge.postgres.errors import InvalidCatalogNameError, UniqueViolationError
from tests.integration.orm.conftest import abandoned_transaction
from tests.integration.orm.models import Article, User, new_user


async def test_without_init_every_call_says_so() -> None:
    user = User(name="x")
    for call in (
        User.get(1),
        User.find().to_list(),
        User.count(),
        user.save(),
        User.insert_many([user]),
        User.delete_many(User.age > 1),
    ):
        with pytest.raises(InterfaceError, match=r"call `await init\(dsn\)`"):
            await call
    with pytest.raises(InterfaceError, match="init"):
        await transaction().__aenter__()
    assert user._changes == User._definition.NEW


@pytest.fixture
async def finally_closed() -> AsyncIterator[None]:
    yield
    await postgres.close()


@pytest.mark.usefixtures("finally_closed")
async def test_init_twice_and_close_twice(database: Server) -> None:
    await postgres.init(database.dsn, min_connections=1, max_connections=1)
    with pytest.raises(InterfaceError, match=r"call close\(\) first"):
        await postgres.init(database.dsn)
    await postgres.close()
    await postgres.close()
    await postgres.init(database.dsn)


@pytest.mark.usefixtures("finally_closed")
async def test_a_failed_init_leaves_nothing(server: Server, database: Server) -> None:
    with pytest.raises(InvalidCatalogNameError):
        await postgres.init(replace(server, database="nonesuch").dsn)
    await postgres.init(database.dsn)


@pytest.mark.parametrize(
    ("name", "ours"), [("min_size", "min_connections"), ("max_size", "max_connections")]
)
async def test_an_option_that_the_pool_calls_otherwise_is_named(name: str, ours: str) -> None:
    with pytest.raises(TypeError, match=f"no option '{name}' of init.*did you mean '{ours}'"):
        await postgres.init("postgresql://", **{name: 1})


@pytest.mark.usefixtures("finally_closed")
async def test_options_reach_the_pool(database: Server) -> None:
    await postgres.init(database.dsn, server_settings={"application_name": "orm test"})
    async with transaction() as connection:
        assert await connection.fetchval("SHOW application_name") == "orm test"


@pytest.mark.usefixtures("finally_closed")
async def test_a_statement_of_the_orm_may_be_bounded_in_time(database: Server) -> None:
    class Read(Table):
        pass

    class Written(Table):
        text: str

    async with await postgres.connect(database.dsn) as connection:
        await connection.execute("CREATE VIEW read AS SELECT 1::int8 id WHERE pg_sleep(9) IS NULL")
        await connection.execute(
            "CREATE TABLE written (id bigserial, text text CHECK (pg_sleep(9) IS NOT NULL))"
        )
    await postgres.init(database.dsn, command_timeout=0.05)
    for call in (
        Read.get(1),
        Read.find().to_list(),
        Read.count(),
        Written(text="x").save(),
        Written.insert_many([{"text": "x"}]),
    ):
        with pytest.raises(TimeoutError, match=r"within 0\.05 s"):
            await call
    with pytest.raises(TimeoutError):
        await in_transaction(Read.find_one())


async def in_transaction(call: Awaitable[object]) -> None:
    async with transaction():
        await call


async def test_a_transaction_is_committed(orm: Pool) -> None:
    async with transaction() as connection:
        await new_user(1).save()
        assert await connection.fetchval("SELECT count(*) FROM users") == 1
        assert await User.count() == 1
        assert await orm.fetchval("SELECT count(*) FROM users") == 0
    assert await orm.fetchval("SELECT count(*) FROM users") == 1


async def test_a_rollback_leaves_nothing(orm: Pool) -> None:
    kept = new_user(0)
    await kept.save()
    async with abandoned_transaction():
        await new_user(1).save()
        await User.insert_many([new_user(n) for n in range(100)])
        await User.update_many({"age": 1}, all_rows=True)
        kept.age = 2
        await kept.save()
        await User.delete_many(User.id > 50)
    assert await User.count() == 1
    assert await orm.fetchval("SELECT age FROM users") == 20


async def test_a_rollback_puts_instances_back(orm: Pool) -> None:
    changed, deleted, new = new_user(0), new_user(1), new_user(2)
    many = [new_user(n) for n in range(3)]
    article = Article(slug="a", title="A")
    for user in (changed, deleted):
        await user.save()
    changed.age = 30
    async with abandoned_transaction():
        await changed.save()
        changed.city = "Rome"
        await deleted.delete()
        await new.save()
        new.age = 31
        await User.insert_many(many)
        await article.save()
    assert new.id is None
    assert [user.id for user in many] == [None] * 3
    assert not hasattr(article, "created")
    # So the same work can be done again.
    async with transaction():
        await changed.save()
        await deleted.delete()
        await new.save()
        await User.insert_many(many)
        await article.save()
    rows = await orm.fetch("SELECT name, age, city FROM users ORDER BY id")
    assert [tuple(row) for row in rows[:2]] == [("User0", 30, "Rome"), ("User2", 31, "SF")]
    assert len(rows) == 5
    assert article.revision == 7


async def test_a_nested_transaction_is_a_savepoint(orm: Pool) -> None:
    outer, inner = new_user(1), new_user(2)
    async with transaction():
        await outer.save()
        with suppress(UniqueViolationError):
            async with transaction():
                await inner.save()
                await User(id=outer.id, name="twin").save()
        assert inner.id is None
        async with transaction():
            await inner.save()
    assert [user.name async for user in User.find().order_by("id")] == ["User1", "User2"]


async def test_a_savepoint_goes_with_its_transaction(orm: Pool) -> None:
    inner = new_user(2)
    async with abandoned_transaction():
        async with transaction():
            await inner.save()
        assert inner.id is not None
    assert inner.id is None
    assert await User.count() == 0


async def test_isolation_and_readonly(orm: Pool) -> None:
    async with transaction(isolation="serializable", readonly=True) as connection:
        assert await connection.fetchval("SHOW transaction_isolation") == "serializable"
        assert await connection.fetchval("SHOW transaction_read_only") == "on"
    with pytest.raises(InterfaceError, match="isolation"):
        await transaction(isolation="snapshot").__aenter__()  # type: ignore[arg-type]
    async with transaction():
        with pytest.raises(InterfaceError, match="outermost"):
            await transaction(readonly=True).__aenter__()
        await new_user(1).save()
    assert await User.count() == 1


async def test_each_task_has_its_own_transaction(orm: Pool) -> None:
    async def work(n: int) -> None:
        async with transaction():
            await User(id=n, name=f"task {n}").save()
            await asyncio.sleep(0)
            if n % 2:
                raise ZeroDivisionError

    results = await asyncio.gather(*map(work, range(1, 41)), return_exceptions=True)
    assert sum(isinstance(result, ZeroDivisionError) for result in results) == 20
    assert sorted([user.id async for user in User.find()]) == list(range(2, 41, 2))


async def test_tasks_started_inside_work_in_the_transaction(orm: Pool) -> None:
    async with abandoned_transaction():
        await asyncio.gather(*(new_user(n).save() for n in range(20)))
        assert await User.count() == 20
    assert await User.count() == 0


async def test_no_task_gets_into_the_savepoint_of_another(orm: Pool) -> None:
    inside, outside = asyncio.Event(), asyncio.Event()

    async def nested() -> None:
        with suppress(ZeroDivisionError):
            async with transaction():
                await new_user(1).save()
                inside.set()
                await outside.wait()
                raise ZeroDivisionError

    async with transaction():
        task = asyncio.create_task(nested())
        await inside.wait()
        user = new_user(2)
        with pytest.raises(InterfaceError, match="another task is inside a nested transaction"):
            await user.save()
        with pytest.raises(InterfaceError, match="another task is inside a nested transaction"):
            await transaction().__aenter__()
        outside.set()
        await task
        await user.save()
    assert [user.name async for user in User.find()] == ["User2"]


async def test_a_task_that_outlives_its_transaction_is_told(orm: Pool) -> None:
    ended = asyncio.Event()

    async def late() -> int:
        await ended.wait()
        return await User.count()

    async with transaction():
        inside = asyncio.create_task(late())
        outside = asyncio.create_task(late(), context=contextvars.Context())
    ended.set()
    with pytest.raises(InterfaceError, match="has ended"):
        await inside
    assert await outside == 0


async def test_a_cancelled_transaction_is_rolled_back(orm: Pool) -> None:
    started = asyncio.Event()

    async def work() -> None:
        async with transaction():
            await new_user(1).save()
            started.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await User.count() == 0
    assert (
        await orm.fetchval("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in %'")
        == 0
    )
