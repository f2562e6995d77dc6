"""The methods for listening have the same names on both sides, and what is kept is bounded."""

from data_bridge.postgres import Connection, Listening, sync
from data_bridge.postgres.listeners import ListenerMethods, Listeners
from data_bridge.postgres.notification import KEPT
from data_bridge.postgres.sync.listeners import ListenerMethods as SyncListenerMethods
from tests.unit.postgres.test_public_names import parameters, public


def test_sync_has_the_same_methods() -> None:
    assert issubclass(Connection, ListenerMethods)
    assert issubclass(sync.Connection, SyncListenerMethods)
    assert public(ListenerMethods) == public(SyncListenerMethods)
    for name in public(ListenerMethods):
        synchronous = getattr(SyncListenerMethods, name)
        assert synchronous.__doc__
        assert parameters(synchronous) == parameters(getattr(ListenerMethods, name)), name
    assert public(Listening) == public(sync.Listening)


def test_what_nobody_asks_for_is_bounded() -> None:
    class Owner: ...

    listeners = Listeners(Owner())
    for i in range(KEPT + 5):
        listeners.notified(1, "a", str(i))
    assert (len(listeners.kept), listeners.kept[0].payload) == (KEPT, "5")
