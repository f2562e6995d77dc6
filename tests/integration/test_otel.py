"""Spans and metrics for OpenTelemetry, by its conventions for databases."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from benchmarks.server import Server
from data_bridge import postgres
from data_bridge.postgres import errors, sync
from data_bridge.postgres.otel import Instrumentation, Target, instrument


class Telemetry:
    """What has been exported."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracer_provider = TracerProvider()
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = self.tracer_provider.get_tracer("test")
        self.reader = InMemoryMetricReader()
        self.meter_provider = MeterProvider([self.reader])

    def instrument(self, target: Target) -> Instrumentation:
        return instrument(
            target, tracer_provider=self.tracer_provider, meter_provider=self.meter_provider
        )

    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    def metrics(self) -> dict[str, list[Any]]:
        data = self.reader.get_metrics_data()
        found: dict[str, list[Any]] = {}
        for resource in data.resource_metrics if data is not None else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    found[metric.name] = list(metric.data.data_points)
        return found


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    made = Telemetry()
    yield made
    made.tracer_provider.shutdown()
    made.meter_provider.shutdown()


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


async def test_a_span_of_each_statement(
    connection: postgres.Connection, server: Server, telemetry: Telemetry
) -> None:
    await connection.execute("CREATE TABLE t (a int)")
    telemetry.instrument(connection)
    await connection.fetch("SELECT a FROM t WHERE a > $1 AND a < 10", 1)
    (span,) = telemetry.spans()
    assert (span.name, span.kind) == ("SELECT t", SpanKind.CLIENT)
    assert span.status.status_code is StatusCode.UNSET
    said = attributes(span)
    address = {key: said.pop(key) for key in list(said) if key.startswith("server.")}
    assert address
    assert said == {
        "db.system.name": "postgresql",
        "db.namespace": server.database,
        "db.operation.name": "SELECT",
        "db.collection.name": "t",
        "db.query.text": "SELECT a FROM t WHERE a > $1 AND a < ?",
        "db.query.summary": "SELECT t",
        "db.response.returned_rows": 0,
    }
    assert span.start_time is not None
    assert span.end_time is not None
    assert 0 < span.end_time - span.start_time < 60e9


@pytest.mark.parametrize(
    ("addresses", "wanted"),
    [
        (["db.example.org:5433"], {"server.address": "db.example.org", "server.port": 5433}),
        (["[::1]:5432"], {"server.address": "::1", "server.port": 5432}),
        (["/run/pg/.s.PGSQL.5432"], {"server.address": "/run/pg/.s.PGSQL.5432"}),
        (["a:5432", "b:5432"], {}),
    ],
)
def test_the_address_of_the_server(
    sync_connection: sync.Connection,
    telemetry: Telemetry,
    addresses: list[str],
    wanted: dict[str, Any],
) -> None:
    class Engine:
        database = "app"

    class Configured:
        engine = Engine

    setattr(Engine, "addresses", addresses)  # noqa: B010 (the name is a parameter's, too)
    stand_in: Any = Configured
    sync_connection._configuration = stand_in
    telemetry.instrument(sync_connection)
    sync_connection.execute("SELECT 1")
    said = attributes(telemetry.spans()[0])
    assert {key: said[key] for key in said if key.startswith("server.")} == wanted
    assert said["db.namespace"] == "app"


@pytest.mark.parametrize("pooled", [False, True])
async def test_the_parent_is_the_current_span(
    database: Server, telemetry: Telemetry, pooled: bool
) -> None:
    target: Any
    opened: Any = postgres.create_pool(database.dsn) if pooled else postgres.connect(database.dsn)
    async with await opened as target:
        telemetry.instrument(target)

        async def ask(number: int) -> tuple[int, int]:
            with telemetry.tracer.start_as_current_span(f"ask {number}") as parent:
                await target.fetchval(f"SELECT {number} AS a{number}")
                context = parent.get_span_context()
                return context.trace_id, context.span_id

        parents = await asyncio.gather(*(ask(i) for i in range(20)))
        spans = {attributes(s).get("db.query.text"): s for s in telemetry.spans()}
        for i, (trace_id, span_id) in enumerate(parents):
            span = spans[f"SELECT ? AS a{i}"]
            assert span.parent is not None
            assert (span.parent.trace_id, span.parent.span_id) == (trace_id, span_id)


def test_synchronously(database: Server, telemetry: Telemetry) -> None:
    with sync.create_pool(database.dsn) as pool:
        telemetry.instrument(pool)
        with telemetry.tracer.start_as_current_span("parent") as parent:
            pool.execute("SELECT 1")
        spans = {span.name: span for span in telemetry.spans()}
        own = spans["SELECT"].parent
        assert own is not None
        assert own.span_id == parent.get_span_context().span_id
        assert {"db.client.operation.duration", "db.client.connection.count"} <= set(
            telemetry.metrics()
        )


async def test_failures(connection: postgres.Connection, telemetry: Telemetry) -> None:
    telemetry.instrument(connection)
    with pytest.raises(errors.DivisionByZeroError):
        await connection.fetch("SELECT 1/0, 'secret'")
    with pytest.raises(errors.QueryTimeoutError):
        await connection.execute("SELECT pg_sleep(60)", timeout=0.02)
    with pytest.raises(postgres.InterfaceError):
        await connection.fetch("SELECT $1::int", "secret")
    by_server, late, refused = telemetry.spans()
    assert attributes(by_server)["db.response.status_code"] == "22012"
    assert attributes(by_server)["error.type"] == "22012"
    assert by_server.status.description == "division by zero"
    name = "data_bridge.postgres.errors.QueryTimeoutError"
    assert attributes(late)["error.type"] == name
    assert attributes(refused)["error.type"] == "data_bridge.postgres.errors.InterfaceError"
    assert {span.status.status_code for span in telemetry.spans()} == {StatusCode.ERROR}
    assert "secret" not in "".join(span.to_json() for span in telemetry.spans())
    points = telemetry.metrics()["db.client.operation.duration"]
    assert {point.attributes["error.type"] for point in points} >= {"22012", name}


async def test_metrics(pool: postgres.Pool, server: Server, telemetry: Telemetry) -> None:
    telemetry.instrument(pool)
    for _ in range(3):
        await pool.fetch("SELECT 1")
    async with pool.acquire():
        metrics = telemetry.metrics()
    (duration,) = metrics["db.client.operation.duration"]
    assert duration.count == 3
    assert duration.explicit_bounds == (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10)
    assert "db.query.text" not in duration.attributes
    assert duration.attributes["db.operation.name"] == "SELECT"
    counts = {
        point.attributes["db.client.connection.state"]: point.value
        for point in metrics["db.client.connection.count"]
    }
    assert counts == {"idle": pool.get_size() - 1, "used": 1}
    (most,) = metrics["db.client.connection.max"]
    assert most.value == 10
    assert server.database in most.attributes["db.client.connection.pool.name"]


async def test_it_ends(pool: postgres.Pool, telemetry: Telemetry) -> None:
    made = telemetry.instrument(pool)
    await pool.fetch("SELECT 1")
    made.uninstrument()
    made.uninstrument()
    await pool.fetch("SELECT 1")
    assert len(telemetry.spans()) == 1
    assert "db.client.connection.count" not in telemetry.metrics()


def test_the_driver_does_without_it() -> None:
    script = "import sys, data_bridge.postgres; assert 'opentelemetry' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)


async def test_copy_and_cursors(connection: postgres.Connection, telemetry: Telemetry) -> None:
    await connection.execute("CREATE TABLE t (a int)")
    telemetry.instrument(connection)
    await connection.copy_to_table("t", source=b"1\n2\n")
    assert len([record async for record in connection.cursor("SELECT a FROM t")]) == 2
    query = "SELECT a FROM t WHERE a > $1"
    await connection.copy_from_query(query, 1, output=lambda piece: None)
    spans = telemetry.spans()
    copy, cursor, copied = spans[0], spans[1], spans[-1]
    assert [span.name for span in (copy, cursor, copied)] == ['COPY "t"', "SELECT t", "COPY"]
    assert attributes(cursor)["db.response.returned_rows"] == 2
    assert attributes(copied)["db.query.text"] == f"COPY (\n{query}\n) TO STDOUT"
    assert len(telemetry.metrics()["db.client.operation.duration"]) >= 3


def test_without_the_extra() -> None:
    script = "import sys; sys.modules['opentelemetry'] = None; import data_bridge.postgres.otel"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert 'pip install "data-bridge[otel]"' in ran.stderr.splitlines()[-1]
