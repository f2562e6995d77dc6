"""PostgreSQL for Python: the driver and the ORM.

What a program needs to connect and to ask is there at once; the rest is imported at its first use.
"""

import typing

from data_bridge import first_use
from data_bridge._engine import Record
from data_bridge.postgres import errors
from data_bridge.postgres.connection import Connection, connect
from data_bridge.postgres.cursor import Cursor
from data_bridge.postgres.database import close, init, transaction
from data_bridge.postgres.errors import Error, InterfaceError, PostgresError
from data_bridge.postgres.identifier import quote_identifier
from data_bridge.postgres.lending import PoolStatistics
from data_bridge.postgres.listening import Listening, listen
from data_bridge.postgres.named import named, named_rows
from data_bridge.postgres.notice import Notice
from data_bridge.postgres.notification import Notification
from data_bridge.postgres.observation import LoggedQuery
from data_bridge.postgres.pipeline import Pipeline, PipelineResult
from data_bridge.postgres.pool import Pool, create_pool
from data_bridge.postgres.prepared_statement import PreparedStatement
from data_bridge.postgres.transaction import Transaction

if typing.TYPE_CHECKING:
    from data_bridge.postgres import sync
    from data_bridge.postgres.array import Array
    from data_bridge.postgres.calendar import EndOfDay, FarDate, FarTimestamp, Infinity, Interval
    from data_bridge.postgres.geometry import (
        Box,
        Circle,
        Line,
        LineSegment,
        Path,
        Point,
        Polygon,
    )
    from data_bridge.postgres.lsn import LSN
    from data_bridge.postgres.multirange import Multirange
    from data_bridge.postgres.range import Range
    from data_bridge.postgres.unknown import Unknown

    # isort: split
    # The ORM, which the driver knows nothing of.
    from data_bridge.postgres.column import Column
    from data_bridge.postgres.expression import ColumnExpression, Order, col
    from data_bridge.postgres.filter import Condition, Filter
    from data_bridge.postgres.model import Table
    from data_bridge.postgres.query import Query
    from data_bridge.postgres.refusal import ColumnTypeError, ColumnValueError, RowNotFoundError

__all__ = [
    "LSN",
    "Array",
    "Box",
    "Circle",
    "Column",
    "ColumnExpression",
    "ColumnTypeError",
    "ColumnValueError",
    "Condition",
    "Connection",
    "Cursor",
    "EndOfDay",
    "Error",
    "FarDate",
    "FarTimestamp",
    "Filter",
    "Infinity",
    "InterfaceError",
    "Interval",
    "Line",
    "LineSegment",
    "Listening",
    "LoggedQuery",
    "Multirange",
    "Notice",
    "Notification",
    "Order",
    "Path",
    "Pipeline",
    "PipelineResult",
    "Point",
    "Polygon",
    "Pool",
    "PoolStatistics",
    "PostgresError",
    "PreparedStatement",
    "Query",
    "Range",
    "Record",
    "RowNotFoundError",
    "Table",
    "Transaction",
    "Unknown",
    "close",
    "col",
    "connect",
    "create_pool",
    "errors",
    "init",
    "listen",
    "named",
    "named_rows",
    "quote_identifier",
    "sync",
    "transaction",
]

# Not for the checkers of types, who would then believe in any name.
if not typing.TYPE_CHECKING:
    __getattr__, __dir__ = first_use.at_first_use(
        __name__,
        __all__,
        {
            "Array": "array",
            "Box": "geometry",
            "Circle": "geometry",
            "Column": "column",
            "ColumnExpression": "expression",
            "ColumnTypeError": "refusal",
            "ColumnValueError": "refusal",
            "Condition": "filter",
            "EndOfDay": "calendar",
            "FarDate": "calendar",
            "FarTimestamp": "calendar",
            "Filter": "filter",
            "Infinity": "calendar",
            "Interval": "calendar",
            "LSN": "lsn",
            "Line": "geometry",
            "LineSegment": "geometry",
            "Multirange": "multirange",
            "Order": "expression",
            "Path": "geometry",
            "Point": "geometry",
            "Polygon": "geometry",
            "Query": "query",
            "Range": "range",
            "RowNotFoundError": "refusal",
            "Table": "model",
            "Unknown": "unknown",
            "col": "expression",
            "sync": "",
        },
    )
