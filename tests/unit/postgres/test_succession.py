"""A connection of a pool's that was given back: another one stands for its session."""

from typing import Any
from unittest.mock import Mock

import pytest

from data_bridge.postgres.connection import Connection
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.sync.connection import Connection as SyncConnection


@pytest.mark.parametrize("kind", [Connection, SyncConnection])
def test_the_successor_has_all_that_the_connection_had(
    kind: type[Connection] | type[SyncConnection],
) -> None:
    connection: Any = object.__new__(kind)
    names = [name for name in kind.__slots__ if name != "__weakref__"]
    had = {name: Mock(closed=True) for name in names}
    for name in names:
        setattr(connection, name, had[name])
    successor = connection._succeed()
    assert {name: getattr(successor, name) for name in names} == had
    had["_listeners"].belong_to.assert_called_once_with(successor)
    with pytest.raises(InterfaceError, match="given back"):
        connection._engine.execute("SELECT 1", None)
