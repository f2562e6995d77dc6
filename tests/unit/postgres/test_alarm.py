"""Something that is done later, on another thread."""

import threading

from data_bridge._engine import Alarm


def test_it_rings_on_another_thread() -> None:
    rung = threading.Event()
    threads = []

    def ring() -> None:
        threads.append(threading.get_ident())
        rung.set()

    alarm = Alarm(0.001, ring)
    assert rung.wait(10)
    assert threads != [threading.get_ident()]
    alarm.cancel()


def test_it_does_not_ring_once_it_is_cancelled_or_forgotten() -> None:
    rung = threading.Event()
    Alarm(0.05, rung.set).cancel()
    forgotten = Alarm(0.05, rung.set)
    del forgotten
    assert not rung.wait(0.2)
