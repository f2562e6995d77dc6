"""The driver for threads: the names of `data_bridge.postgres`, without `await`.

The same engine drives the connection from the calling thread; the GIL is released while it waits.
"""

from data_bridge.postgres.identifier import quote_identifier
from data_bridge.postgres.named import named, named_rows
from data_bridge.postgres.sync.connection import Connection, connect
from data_bridge.postgres.sync.cursor import Cursor
from data_bridge.postgres.sync.listening import Listening, listen
from data_bridge.postgres.sync.pool import Pool, create_pool
from data_bridge.postgres.sync.prepared_statement import PreparedStatement
from data_bridge.postgres.sync.transaction import Transaction

__all__ = [
    "Connection",
    "Cursor",
    "Listening",
    "Pool",
    "PreparedStatement",
    "Transaction",
    "connect",
    "create_pool",
    "listen",
    "named",
    "named_rows",
    "quote_identifier",
]
