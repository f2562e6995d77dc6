import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import psutil
import pytest

from benchmarks.pinning import one_core

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system has no affinities"
)

PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"


@pytest.fixture
def parent() -> Iterator[psutil.Process]:
    """A process with a child, as a postmaster with a backend."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE) as process:
        found = psutil.Process(process.pid)
        while not found.children():
            pass
        yield found


def test_client_threads_and_server_share_one_core_and_are_put_back(
    parent: psutil.Process,
) -> None:
    child = parent.children()[0]
    before = os.sched_getaffinity(0)
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    pids = [os.getpid(), thread.native_id or 0, parent.pid, child.pid]
    with one_core(parent.pid, None) as core:
        assert core in before
        assert [os.sched_getaffinity(pid) for pid in pids] == [{core}] * 4
    assert [os.sched_getaffinity(pid) for pid in pids] == [before] * 4
    stop.set()
    thread.join()


def test_what_started_meanwhile_is_let_go(parent: psutil.Process) -> None:
    before = os.sched_getaffinity(0)
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    with one_core(parent.pid) as core:
        thread.start()
        assert os.sched_getaffinity(thread.native_id or 0) == {core}
    assert os.sched_getaffinity(thread.native_id or 0) == before
    stop.set()
    thread.join()


def test_a_process_that_is_gone_is_no_trouble(parent: psutil.Process) -> None:
    with one_core(2**22 - 1) as core:
        assert core is not None


def test_a_refusal_is_no_core(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, cores: set[int]) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    with one_core() as core:
        assert core is None
