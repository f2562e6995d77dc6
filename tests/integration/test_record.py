"""Records: a row by index and by name, as a value, and as memory."""

import copy
import gc
import operator
import pickle
import sys
import tracemalloc
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from data_bridge._engine import make_record
from data_bridge.postgres import Connection, Record, errors, sync

SELECT = "SELECT 1::int4 AS a, 'x'::text AS b, NULL::int4 AS c, 2.5::float8 AS d"
VALUES: tuple[Any, ...] = (1, "x", None, 2.5)


@pytest.fixture
def record(sync_connection: sync.Connection) -> Record:
    found = sync_connection.fetchrow(SELECT)
    assert found is not None
    return found


def make(connection: sync.Connection, query: str, *arguments: object) -> Record:
    found = connection.fetchrow(query, *arguments)
    assert found is not None
    return found


def test_by_index(record: Record) -> None:
    assert len(record) == 4
    assert [record[i] for i in range(4)] == [*VALUES]
    assert [record[i] for i in range(-4, 0)] == [*VALUES]
    assert record[True] == "x"
    for index in (4, -5, 2**40, -(2**40), 2**70):
        with pytest.raises(IndexError):
            record[index]


@pytest.mark.parametrize(
    "part",
    [slice(None), slice(1, 3), slice(None, None, -1), slice(-2, None), slice(3, 1), slice(9)],
)
def test_by_slice(record: Record, part: slice) -> None:
    assert record[part] == VALUES[part]


def test_by_name(record: Record) -> None:
    assert (record["a"], record["b"], record["c"], record["d"]) == VALUES
    assert record["".join(["", "d"])] == 2.5
    with pytest.raises(KeyError) as raised:
        record["e"]
    assert raised.value.args == ("e",)
    assert "a" in record
    assert "e" not in record
    # As in a dict, it is names that are in it.
    assert 1 not in record
    key: Any
    for key in (1.5, None, b"a", ("a",)):
        with pytest.raises(TypeError):
            record[key]


def test_by_get(record: Record) -> None:
    assert record.get("b") == "x"
    assert record.get("c", 7) is None
    assert record.get("e") is None
    assert record.get("e", 7) == 7
    with pytest.raises(TypeError):
        record.get()  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        record.get("a", 1, 2)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="unhashable"):
        record.get([])  # type: ignore[call-overload]


def test_as_names_and_values(record: Record) -> None:
    assert tuple(record) == VALUES
    assert list(record.keys()) == ["a", "b", "c", "d"]
    assert tuple(record.values()) == VALUES
    assert list(record.items()) == list(zip("abcd", VALUES, strict=True))
    assert dict(record) == dict(zip("abcd", VALUES, strict=True))
    assert {**record} == dict(record)
    a, *rest = record
    assert (a, rest) == (1, ["x", None, 2.5])
    match record:
        case [1, b, None, _]:
            assert b == "x"
        case _:
            pytest.fail("a record is a sequence")


def test_as_a_value(record: Record, sync_connection: sync.Connection) -> None:
    same = make(sync_connection, SELECT)
    other = make(sync_connection, "SELECT 1::int4, 'y'::text")
    assert record == same
    assert record == VALUES
    assert operator.eq(VALUES, record)
    assert not operator.ne(record, same)
    assert record != other
    assert record != [*VALUES]
    assert hash(record) == hash(same) == hash(VALUES)
    assert {record: 1}[same] == 1
    assert other > record
    assert record < (1, "y")
    assert sorted([other, record]) == [record, other]
    with pytest.raises(TypeError):
        record < [1]  # type: ignore[operator]  # noqa: B015
    unhashable = make(sync_connection, "SELECT '[1]'::jsonb")
    with pytest.raises(TypeError, match="unhashable"):
        hash(unhashable)


def test_repr(record: Record, sync_connection: sync.Connection) -> None:
    assert repr(record) == "<Record a=1 b='x' c=None d=2.5>"
    assert repr(make(sync_connection, "SELECT")) == "<Record>"
    assert repr(make(sync_connection, 'SELECT 1 AS "two words"')) == "<Record two words=1>"


def test_no_columns_and_many(sync_connection: sync.Connection) -> None:
    empty = make(sync_connection, "SELECT")
    assert (len(empty), list(empty), dict(empty)) == (0, [], {})
    assert empty == ()
    many = make(sync_connection, "SELECT " + ", ".join(f"{i} AS c{i}" for i in range(1600)))
    assert list(many) == list(range(1600))
    assert many["c1599"] == 1599


@pytest.mark.parametrize("columns", [1, 16, 17, 40])
def test_names_are_found_whatever_object_they_are(
    sync_connection: sync.Connection, columns: int
) -> None:
    names = [f"column_{i}" for i in range(columns)]
    record = make(
        sync_connection, "SELECT " + ", ".join(f"{i} AS {name}" for i, name in enumerate(names))
    )
    for i, (own, made) in enumerate(zip(record.keys(), names, strict=True)):
        # The very object, as literals of a program are, and another that is equal.
        assert record[own] == record[made] == i
    for missing in ("column", "column_", f"column_{columns}"):
        with pytest.raises(KeyError, match=missing):
            record[missing]
    # Equal names that are two objects: what counts is what a dict would have.
    twice = make_record((names[0], names[0][:3] + names[0][3:], "other"), (1, 2, 3))
    assert list(map(twice.__getitem__, twice.keys())) == [2, 2, 3]


def test_names_that_occur_twice(sync_connection: sync.Connection) -> None:
    record = make(sync_connection, "SELECT 1 AS a, 2 AS b, 3 AS a")
    assert list(record) == [1, 2, 3]
    assert list(record.keys()) == ["a", "b", "a"]
    assert list(record.items()) == [("a", 1), ("b", 2), ("a", 3)]
    # As in a dict made of them, the last one counts.
    assert record["a"] == 3
    assert dict(record) == {"a": 3, "b": 2}


def test_copies(record: Record, sync_connection: sync.Connection) -> None:
    nested = make(sync_connection, """SELECT '{"a": [1, 2]}'::jsonb AS document, 1 AS a""")
    for original in (record, nested):
        again: Any
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            again = pickle.loads(pickle.dumps(original, protocol))
            assert type(again) is Record
            assert (again, dict(again)) == (original, dict(original))
        again = copy.copy(original)
        assert (again, dict(again)) == (original, dict(original))
    shallow, deep = copy.copy(nested), copy.deepcopy(nested)
    nested["document"]["a"].append(3)
    assert shallow["document"] == {"a": [1, 2, 3]}
    assert deep["document"] == {"a": [1, 2]}
    assert deep["a"] == 1


def test_cannot_be_changed(record: Record) -> None:
    for change in (
        lambda: operator.setitem(record, 0, 2),  # type: ignore[call-overload]
        lambda: operator.delitem(record, 0),  # type: ignore[call-overload]
        lambda: setattr(record, "a", 2),
        lambda: delattr(record, "keys"),
    ):
        with pytest.raises((TypeError, AttributeError)):
            change()
    with pytest.raises(TypeError):
        Record()
    with pytest.raises(TypeError):
        type("Mine", (Record,), {})
    assert record == VALUES


def test_iterators_outlive_what_they_iterate(sync_connection: sync.Connection) -> None:
    iterators: list[Iterator[Any]] = []
    for _ in range(100):
        record = make(sync_connection, "SELECT repeat('x', 50) AS a, repeat('y', 50) AS b")
        iterators += [iter(record), record.keys(), record.values(), record.items()]
        del record
    gc.collect()
    expected = [("x" * 50, "y" * 50), ("a", "b"), ("x" * 50, "y" * 50)]
    for i in range(0, 400, 4):
        assert [tuple(iterator) for iterator in iterators[i : i + 3]] == expected


# As memory


class Node:
    """Something that can be watched going."""


def test_cycles_are_collected(sync_connection: sync.Connection) -> None:
    """A JSON document can be made to hold the record that holds it."""
    gc.collect()
    record = make(sync_connection, "SELECT '{}'::jsonb AS document, 1 AS a")
    assert gc.is_tracked(record)
    node = Node()
    gone = weakref.ref(node)
    record["document"].update(me=record, node=node)
    assert "..." in repr(record)
    del record, node
    assert gone() is not None
    gc.collect()
    assert gone() is None


def test_rows_of_atoms_cost_the_collector_nothing(record: Record) -> None:
    assert not gc.is_tracked(record)


def test_references_are_given_back(sync_connection: sync.Connection) -> None:
    """Every value and name is held as often as it is used, and no more."""
    record = make(sync_connection, "SELECT repeat('x', 100) AS long, 1.5::numeric AS number")
    name = next(iter(record.keys()))
    value = record[0]
    names, values = sys.getrefcount(name), sys.getrefcount(value)
    for _ in range(50):
        _ = (record[0], record["long"], record.get("long"), record[:], list(record))
        _ = (dict(record), list(record.items()), repr(record), hash(record), record == VALUES)
        _ = (pickle.loads(pickle.dumps(record)), copy.copy(record), "long" in record)
        wrong: Any
        for wrong in (9, "missing", 1.5):
            with pytest.raises((IndexError, KeyError, TypeError)):
                record[wrong]
        del _
    gc.collect()
    assert (sys.getrefcount(name), sys.getrefcount(value)) == (names, values)
    records = [copy.copy(record) for _ in range(10)]
    assert sys.getrefcount(value) == values + 10
    del records
    assert sys.getrefcount(value) == values


def resident() -> int:
    """The memory that the process occupies, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def test_a_hundred_thousand_rows_leave_nothing(sync_connection: sync.Connection) -> None:
    query = """
        SELECT i, i::text || ' and more', i * 1.5::float8, i::numeric, now(), gen_random_uuid(),
            ARRAY[i, NULL], '{"a": 1}'::jsonb, NULL::text
        FROM generate_series(1, $1::int) AS i
    """

    def run(times: int) -> None:
        for _ in range(times):
            assert len(sync_connection.fetch(query, 1000)) == 1000

    run(3)
    gc.collect()
    tracemalloc.start()
    try:
        run(3)
        gc.collect()
        python, _ = tracemalloc.get_traced_memory()
        memory = resident()
        run(30)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - python < 64 * 1024
    finally:
        tracemalloc.stop()
    run(64)
    assert resident() - memory < 8 * 1024 * 1024


@pytest.mark.each_loop
async def test_statements_leave_nothing(connection: Connection) -> None:
    """Neither those that are answered, nor those that fail or are refused."""

    async def run(times: int) -> None:
        for i in range(times):
            assert await connection.fetchval("SELECT $1::int", i) == i
            assert await connection.fetchrow("SELECT $1::text AS a", "x") == ("x",)
            for wrong in ("SELECT 1/0", "SELECT $1::int", "SELECT '9999999-1-1'::date"):
                with suppress(errors.Error):
                    await connection.fetch(wrong)

    await run(20)
    gc.collect()
    tracemalloc.start()
    try:
        await run(20)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        await run(1000)
        gc.collect()
        # One object of each thousand would be more; what caches keep is less.
        assert tracemalloc.get_traced_memory()[0] - before < 40 * 1024
    finally:
        tracemalloc.stop()
    assert connection._engine.in_flight == 0


def test_a_large_value_does_not_stay(sync_connection: sync.Connection) -> None:
    """Neither the value nor the room that was made to receive it."""
    sync_connection.fetchval("SELECT 1")
    before = resident()
    value = sync_connection.fetchval("SELECT repeat('x', 64 * 1024 * 1024)")
    assert len(value) == 64 * 1024 * 1024
    del value
    gc.collect()
    assert resident() - before < 16 * 1024 * 1024
