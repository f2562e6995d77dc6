"""Each study with two frameworks, as small as can be: the figures' shape, and what goes wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import psycopg
import pytest

from benchmarks.adapters.adapter import Adapter
from benchmarks.adapters.asyncpg import AsyncpgAdapter
from benchmarks.adapters.psycopg2 import Psycopg2Adapter
from benchmarks.comparison.race import ServerGoneError
from benchmarks.data import Row
from benchmarks.figure import Failure, Figure
from benchmarks.server import Server, ServerError
from benchmarks.studies import (
    child,
    distribution,
    growth,
    load,
    memory,
    memory_process,
    pool,
    stall,
    threads,
    transport,
)
from benchmarks.studies.__main__ import main
from benchmarks.studies.catalogue import BY_NAME
from benchmarks.studies.many_rows import many_rows
from benchmarks.studies.study import Context, Study
from benchmarks.tables import Tables
from tests.integration.benchmarks.conftest import DATABASE

ASYNC = ("data_bridge_driver", "asyncpg")
SYNC = ("data_bridge_sync", "psycopg2")


class Mistaken(AsyncpgAdapter):
    """Finds and leaves other rows than it was asked for."""

    async def find_one(self, identifier: int) -> asyncpg.Record | None:
        return await super().find_one(identifier + 1)

    async def find_one_by_connection(self, identifier: int) -> asyncpg.Record | None:
        return await self.find_one(identifier)

    async def find_many(self, above: int, limit: int) -> list[asyncpg.Record]:
        return await super().find_many(above, limit - 1)

    async def insert_many_by_copy(self, rows: Sequence[Row]) -> int:
        return 1 + await super().insert_many_by_copy(rows[1:])


class Tired(AsyncpgAdapter):
    """Finds another row from its hundredth search on: the warm-up has fewer."""

    searches = 0

    async def find_one(self, identifier: int) -> asyncpg.Record | None:
        self.searches += 1
        return await super().find_one(identifier + self.searches // 100)


class TiredThreads(Psycopg2Adapter):
    """The same for threads."""

    searches = 0

    def find_one(self, identifier: int) -> Any:
        self.searches += 1
        return super().find_one(identifier + self.searches // 100)


class Broken(Psycopg2Adapter):
    """Raises in every search."""

    def find_one(self, identifier: int) -> Any:
        raise OSError("it broke")


@pytest.fixture(scope="module")
def context(server: Server, administrator: psycopg.Connection, bench_dsn: str) -> Iterator[Context]:
    """Two frameworks of each kind in the benchmarks' own database."""
    assert bench_dsn
    own = replace(server, database=f"{DATABASE}_{administrator.info.backend_pid}")
    with Tables(own.dsn) as tables, Context(own, tables, [*ASYNC, *SYNC, "floor"]) as opened:
        yield opened


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes that take a fraction of a second."""
    monkeypatch.setattr(growth, "SIZES", (10, 100))
    monkeypatch.setitem(growth.LARGEST, "quick", 100)
    for module in (load, pool, threads):
        monkeypatch.setitem(module.CALLS, "quick", 40)
    for tasks in (load, pool):
        monkeypatch.setitem(tasks.TASKS, "quick", (1, 20))
    monkeypatch.setitem(pool.POOLS, "quick", (1, 2))
    monkeypatch.setitem(threads.THREADS, "quick", (1, 2))
    monkeypatch.setitem(memory.SIZES, "quick", (1000, 20_000))
    monkeypatch.setitem(stall.ROWS, "quick", 500)
    monkeypatch.setitem(transport.CALLS, "quick", {"find_one": 2, "find_many": 1})


@pytest.fixture(autouse=True)
def ends() -> Iterator[None]:
    """Every process that a study starts must have ended with it."""
    before = {one.pid for one in psutil.Process().children(recursive=True)}
    yield
    # Of those that are left, the server's own: a keeper has no other children than its server's.
    after = psutil.Process().children(recursive=True)
    left = [one for one in after if one.pid not in before and "postgres" not in one.name()]
    # Somebody may be reaping them just now.
    _, alive = psutil.wait_procs(left, timeout=10)
    assert alive == []


@pytest.fixture
def few(context: Context, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """One framework of each kind, for what takes longer."""
    names = ("data_bridge_driver", "psycopg2", "floor")
    monkeypatch.setattr(context, "kinds", {name: context.kinds[name] for name in names})
    return names


def of(context: Context, study: Study, subject: str) -> tuple[list[Figure], list[Failure]]:
    """All that a study finds of a subject; each figure has a sample of each round."""
    found = list(study.measure(context, subject))
    figures = [one for one in found if isinstance(one, Figure)]
    assert len({figure.key for figure in figures}) == len(figures)
    for figure in figures:
        assert (figure.study, figure.subject) == (study.name, subject)
        assert figure.unit == study.units[figure.metric]
        assert len(figure.samples) == study.rounds[context.profile]
    return figures, [one for one in found if isinstance(one, Failure)]


def only(context: Context, monkeypatch: pytest.MonkeyPatch, **kinds: Any) -> None:
    """Let other adapters take the place of the frameworks'."""
    monkeypatch.setattr(context, "kinds", kinds)
    for kind in kinds.values():
        context.create(kind)


@pytest.mark.parametrize("subject", BY_NAME["growth"].whole)
@pytest.mark.usefixtures("few")
def test_growth(context: Context, subject: str) -> None:
    figures, failures = of(context, BY_NAME["growth"], subject)
    assert failures == []
    assert {(one.framework, one.parameters["rows"]) for one in figures} == {
        (name, rows) for name in context.kinds for rows in (10, 100)
    }
    assert all(sample > 0 for one in figures for sample in one.samples)
    assert [one.metric for one in figures if one.framework == "floor"] == ["wall", "wall"]


def test_growth_stops_where_a_call_would_take_too_long(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(growth.LONGEST, "quick", 0.0)
    figures, failures = of(context, BY_NAME["growth"], "find_many")
    assert {one.parameters["rows"] for one in figures} == {10}
    assert {(one.framework, one.parameters["rows"]) for one in failures} == {
        (name, 100) for name in context.kinds
    }
    assert all("would take about" in one.reason for one in failures)


def test_growth_tells_of_a_way_that_is_wrong_beside_those_that_are_right(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(context, monkeypatch, mistaken=Mistaken, asyncpg=AsyncpgAdapter)
    figures, failures = of(context, BY_NAME["growth"], "insert_many")
    assert {(one.framework, one.way) for one in failures} == {("mistaken", "copy")}
    assert {one.framework for one in figures} == {"mistaken", "asyncpg"}


@pytest.mark.parametrize(
    ("name", "frameworks"), [("load", ASYNC), ("pool", ASYNC), ("threads", SYNC)]
)
def test_load(context: Context, name: str, frameworks: Sequence[str]) -> None:
    study = BY_NAME[name]
    figures, failures = of(context, study, "find_one")
    assert failures == []
    assert {one.framework for one in figures} == set(frameworks)
    groups: dict[Any, dict[str, float]] = {}
    for one in figures:
        key = (one.framework, one.way, tuple(one.parameters.items()))
        groups.setdefault(key, {})[one.metric] = one.samples[0]
    # Two sizes of pools with two numbers of tasks; two numbers of tasks; two of threads, two ways.
    assert len(groups) == {"load": 4, "pool": 8, "threads": 8}[name]
    for metrics in groups.values():
        assert set(metrics) == set(study.units)
        assert metrics["throughput"] > 0
        if "p50" in metrics:
            assert 0 < metrics["p50"] <= metrics["p95"] <= metrics["p99"] <= metrics["p99.9"]
            assert metrics["errors"] == 0


@pytest.mark.parametrize("name", ["load", "pool", "stall", "transport"])
def test_a_wrong_row_is_a_failure_and_the_others_go_on(
    context: Context, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(distribution, "FOLDERS", Path("/nowhere"))
    only(context, monkeypatch, mistaken=Mistaken, asyncpg=AsyncpgAdapter)
    study = BY_NAME[name]
    figures, failures = of(context, study, study.whole[0])
    assert {one.framework for one in figures} == {"asyncpg"}
    wrong = [one.reason for one in failures if one.framework == "mistaken"]
    assert wrong
    assert all("returned" in reason or "found" in reason for reason in wrong)


@pytest.mark.parametrize(("name", "kind"), [("load", Tired), ("threads", TiredThreads)])
def test_rows_under_load_are_compared_too(
    context: Context, monkeypatch: pytest.MonkeyPatch, name: str, kind: type[Adapter]
) -> None:
    monkeypatch.setitem(load.CALLS, "quick", 300)
    monkeypatch.setitem(threads.CALLS, "quick", 300)
    only(context, monkeypatch, tired=kind)
    figures, failures = of(context, BY_NAME[name], "find_one")
    assert figures == []
    assert all("instead of" in one.reason for one in failures)


def test_a_framework_that_raises_is_a_failure(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(context, monkeypatch, broken=Broken, psycopg2=Psycopg2Adapter)
    figures, failures = of(context, BY_NAME["threads"], "find_one")
    assert {one.framework for one in figures} == {"psycopg2"}
    assert {one.framework for one in failures} == {"broken"}
    assert all("calls failed: OSError: it broke" in one.reason for one in failures)


@pytest.mark.parametrize("subject", BY_NAME["memory"].whole)
def test_memory(context: Context, few: Sequence[str], subject: str) -> None:
    figures, failures = of(context, BY_NAME["memory"], subject)
    assert failures == []
    assert {one.framework for one in figures} == set(few) - {"floor"}
    sizes = {one.parameters.get("rows") for one in figures}
    assert sizes == ({1000, 20_000, None} if subject == memory_process.FIND else {20_000})
    # The rows that are found are kept: a row of seven values has no less than their references.
    held = [one.samples[0] for one in figures if one.metric == "held_per_row"]
    assert all(sample > 56 for sample in held)


def test_memory_tells_why_a_process_failed(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(context, monkeypatch, nobody=AsyncpgAdapter)
    figures, failures = of(context, BY_NAME["memory"], "find_many")
    assert figures == []
    assert "nobody" in failures[0].reason


@pytest.mark.parametrize(
    ("problem", "reason"),
    [(None, "the table holds 10000 rows instead of 30100"), ("a lie", "it returned a lie")],
)
def test_memory_of_wrong_rows_does_not_count(
    context: Context,
    few: Sequence[str],
    monkeypatch: pytest.MonkeyPatch,
    problem: str | None,
    reason: str,
) -> None:
    answer = {"peak": 1, "held": 1, "wall": 1.0, "problem": problem}
    monkeypatch.setattr(child, "answer", lambda *_arguments: dict(answer))
    figures, failures = of(context, BY_NAME["memory"], "insert_many")
    assert figures == []
    assert {one.framework for one in failures} == set(few) - {"floor"}
    assert {one.reason for one in failures} == {reason}


def test_stall(context: Context) -> None:
    figures, failures = of(context, BY_NAME["stall"], "find_many")
    assert failures == []
    assert {one.framework for one in figures} == set(ASYNC)
    late = {(one.framework, one.metric): one.samples for one in figures}
    for name in ASYNC:
        assert all(p99 >= 0 for p99 in late[name, "p99"])
        assert all(map(float.__le__, late[name, "p99"], late[name, "max"]))


@pytest.mark.parametrize("subject", BY_NAME["transport"].whole)
@pytest.mark.usefixtures("few")
def test_transport(context: Context, subject: str) -> None:
    figures, failures = of(context, BY_NAME["transport"], subject)
    version = context.tables.connection.info.parameter_status("server_version")
    here = {
        (one.framework, one.parameters["transport"])
        for one in figures
        if one.parameters["server"] == version
    }
    transports = [transport.UNIX, transport.TCP, transport.SLOW]
    assert here == {(name, way) for name in context.kinds for way in transports}
    slow = [one for one in figures if one.parameters["transport"] == transport.SLOW]
    assert all(
        sample >= 2 * transport.EACH_WAY
        for one in slow
        if one.metric == "wall"
        for sample in one.samples
    )
    try:
        distribution.programs()
    except ServerError:
        assert all("no PostgreSQL with TLS" in one.reason for one in failures)
        return
    tls = {one.framework for one in figures if one.parameters["transport"] == transport.TLS}
    assert {"psycopg2", "data_bridge_driver"} <= tls
    assert all("TLS" in one.reason and one.framework not in tls for one in failures)


def test_a_connection_that_is_not_encrypted_is_no_figure_of_tls(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        distribution.programs()
    except ServerError as error:
        pytest.skip(str(error))
    monkeypatch.setitem(transport.SSLMODES, transport.TLS, "disable")
    monkeypatch.setattr(transport, "PATIENCE", 2)
    only(context, monkeypatch, psycopg2=Psycopg2Adapter)
    figures, failures = of(context, BY_NAME["transport"], "find_one")
    assert transport.TLS not in {one.parameters["transport"] for one in figures}
    assert [one.reason for one in failures] == ["it connects without TLS"]


def test_startup(context: Context) -> None:
    figures, failures = of(context, BY_NAME["startup"], "first_row")
    assert failures == []
    assert {one.framework for one in figures} == {*ASYNC, *SYNC}
    found = {(one.framework, one.metric): one.samples[0] for one in figures}
    for name in (*ASYNC, *SYNC):
        assert 0 < found[name, "connect"] < found[name, "first_row"]
        assert 0 < found[name, "import"] < found[name, "first_row"]


def test_startup_without_a_script_is_a_failure(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(context, monkeypatch, newcomer=AsyncpgAdapter)
    figures, failures = of(context, BY_NAME["startup"], "first_row")
    assert figures == []
    assert [one.reason for one in failures] == [
        "there is no script starts/newcomer.py for its start"
    ]


def test_many_rows_are_there_only_meanwhile(context: Context) -> None:
    def count() -> Any:
        return context.tables.run("SELECT count(*) FROM {}", "bench_asyncpg").fetchone()

    kind = context.kinds["asyncpg"]
    with pytest.raises(OSError, match="in the middle"), many_rows(context, [kind], 12_000):
        assert count() >= (12_000,)
        raise OSError("in the middle")
    context.fill(kind)
    assert count() == (10_000,)


def test_a_server_that_dies_ends_a_study(disposable_server: Server) -> None:
    with (
        Tables(disposable_server.dsn) as tables,
        Context(disposable_server, tables, ["asyncpg", "psycopg2"]) as context,
    ):
        study = BY_NAME["load"]
        context.tell = lambda _what: psutil.Process(disposable_server.pid).kill()
        with pytest.raises(ServerGoneError, match="stopped answering during 'Load'"):
            list(study.measure(context, "find_one"))


def test_the_command_prints_a_table_for_each_study(
    bench_dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", bench_dsn)
    assert main(["load", "threads", "--frameworks", "asyncpg,psycopg2"]) == 0
    output = capsys.readouterr().out
    assert "Load: find_one" in output
    assert "Threads: find_one" in output
    assert "not pinned to a core" in output
