"""Spans and metrics for OpenTelemetry, by its stable conventions for databases.

It needs the extra `data-bridge[otel]`.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeAlias

try:
    from opentelemetry import metrics, trace
    from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation
    from opentelemetry.trace import SpanKind, Status, StatusCode, TracerProvider
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        'data_bridge.postgres.otel needs opentelemetry-api: pip install "data-bridge[otel]"',
        name=error.name,
    ) from error

from data_bridge._engine import __version__
from data_bridge.postgres import sync
from data_bridge.postgres.connection import Connection
from data_bridge.postgres.errors import PostgresError
from data_bridge.postgres.observation import LoggedQuery
from data_bridge.postgres.pool import Pool
from data_bridge.postgres.query_text import query_text

__all__ = ["Instrumentation", "instrument"]

Target: TypeAlias = Connection | Pool | sync.Connection | sync.Pool
Attributes: TypeAlias = dict[str, str | int]

SCHEMA = "https://opentelemetry.io/schemas/1.30.0"
#: The bounds that the conventions advise, in seconds.
BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]


def instrument(
    target: Target,
    *,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    pool_name: str | None = None,
) -> Instrumentation:
    """Have a span and a duration made of each statement, and gauges of a pool.

    A span is the child of the current one. It has the SQL with `?` in the place of each literal,
    and never an argument.

    Args:
        target: A connection or a pool, for asyncio or for threads.
        tracer_provider: Where spans go; the global one when None.
        meter_provider: Where metrics go; the global one when None.
        pool_name: What the pool is called in its gauges: its server and database when None.
    """
    return Instrumentation(target, tracer_provider, meter_provider, pool_name)


class Instrumentation:
    """What `instrument` gives: it ends with `uninstrument`, or with its target."""

    def __init__(
        self,
        target: Target,
        tracer_provider: TracerProvider | None,
        meter_provider: MeterProvider | None,
        pool_name: str | None,
    ) -> None:
        # The target holds its loggers, not the other way round.
        self._target: Callable[[], Target | None] = weakref.ref(target)
        self._tracer = trace.get_tracer(
            "data_bridge.postgres", __version__, tracer_provider, schema_url=SCHEMA
        )
        meter = metrics.get_meter(
            "data_bridge.postgres", __version__, meter_provider, schema_url=SCHEMA
        )
        self._duration = meter.create_histogram(
            "db.client.operation.duration",
            unit="s",
            description="Duration of database client operations.",
            explicit_bucket_boundaries_advisory=BUCKETS,
        )
        self._common: Attributes = {"db.system.name": "postgresql", **_server(target)}
        self._pool_name = pool_name or _pool_name(self._common)
        target.add_query_logger(self._log)
        if isinstance(target, Pool | sync.Pool):
            for name, unit, field in _GAUGES:
                meter.create_observable_up_down_counter(
                    f"db.client.connection.{name}", [partial(self._gauge, field)], unit
                )

    def uninstrument(self) -> None:
        """Make no more of them."""
        target = self._target()
        if target is not None:
            target.remove_query_logger(self._log)
        self._target = _nothing

    def _log(self, query: LoggedQuery) -> None:
        about = query_text(query.sql)
        attributes = dict(self._common)
        if about.operation is not None:
            attributes["db.operation.name"] = about.operation
        if about.collection is not None:
            attributes["db.collection.name"] = about.collection
        if query.error is not None:
            attributes.update(_failure(query.error))
        self._duration.record(query.duration, attributes)
        attributes["db.query.text"] = about.text
        if about.summary is not None:
            attributes["db.query.summary"] = about.summary
        if query.tag is None and query.rows is not None:
            attributes["db.response.returned_rows"] = query.rows
        end = time.time_ns()
        span = self._tracer.start_span(
            about.summary or str(attributes.get("db.namespace", "postgresql")),
            kind=SpanKind.CLIENT,
            attributes=attributes,
            start_time=end - round(query.duration * 1e9),
        )
        if query.error is not None:
            # The first line: what comes below it may show the SQL with its literals.
            said = str(query.error).partition("\n")[0]
            span.set_status(Status(StatusCode.ERROR, said))
        span.end(end)

    def _gauge(self, field: str, _options: CallbackOptions) -> Iterable[Observation]:
        pool = self._target()
        if not isinstance(pool, Pool | sync.Pool):
            return
        name = {"db.client.connection.pool.name": self._pool_name}
        figures = pool.get_stats()
        if field == "size":
            used = figures.size - figures.idle
            yield Observation(figures.idle, {**name, "db.client.connection.state": "idle"})
            yield Observation(used, {**name, "db.client.connection.state": "used"})
        else:
            yield Observation(getattr(figures, field), name)


#: The gauges of a pool: their name, unit, and field of its statistics.
_GAUGES = [
    ("count", "{connection}", "size"),
    ("max", "{connection}", "max_size"),
    ("idle.min", "{connection}", "min_size"),
    ("pending_requests", "{request}", "waiting"),
    ("timeouts", "{timeout}", "timeouts"),
]


def _nothing() -> None:
    """What a reference to an instrumented thing gives when it is so no more."""


def _failure(error: BaseException) -> Attributes:
    if isinstance(error, PostgresError):
        return {"db.response.status_code": error.sqlstate, "error.type": error.sqlstate}
    cls = type(error)
    return {"error.type": f"{cls.__module__}.{cls.__qualname__}"}


def _server(target: Target) -> Attributes:
    """Where its connections lead, as far as that is one place."""
    if target._configuration is None:
        return {}
    config = target._configuration.engine
    found: Attributes = {"db.namespace": config.database}
    if len(config.addresses) == 1:
        host, _, port = config.addresses[0].rpartition(":")
        if host.startswith("/") or not port.isdecimal():
            found["server.address"] = config.addresses[0]
        else:
            found["server.address"] = host.strip("[]")
            found["server.port"] = int(port)
    return found


def _pool_name(common: Attributes) -> str:
    """The conventions' own: the server's address and port, and the database."""
    server = ":".join(str(common[k]) for k in ("server.address", "server.port") if k in common)
    return "/".join(filter(None, (server, str(common.get("db.namespace", ""))))) or "postgresql"
