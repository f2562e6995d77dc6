"""PostgreSQL for Python: the driver and the ORM."""

from data_bridge._engine import Record
from data_bridge.postgres import errors, sync
from data_bridge.postgres.connection import Connection, connect
from data_bridge.postgres.errors import Error, InterfaceError, PostgresError
from data_bridge.postgres.pool import Pool, create_pool
from data_bridge.postgres.transaction import Transaction

__all__ = [
    "Connection",
    "Error",
    "InterfaceError",
    "Pool",
    "PostgresError",
    "Record",
    "Transaction",
    "connect",
    "create_pool",
    "errors",
    "sync",
]
