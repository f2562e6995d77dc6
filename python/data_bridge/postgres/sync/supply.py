"""The connections of a pool for threads: opened, lent, reset, replaced, and waited for."""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from data_bridge import _engine
from data_bridge.postgres.errors import Error, InterfaceError, PoolClosedError, QueryTimeoutError
from data_bridge.postgres.lending import (
    FORKED,
    TRIAL_SECONDS,
    Counts,
    Limits,
    ended_unused,
    none_free,
    pause,
    watch_forks,
)
from data_bridge.postgres.options import Configuration
from data_bridge.postgres.sync.connection import Connection, open_connection
from data_bridge.postgres.sync.listening import Listening
from data_bridge.postgres.sync.waiter import Waiter

__all__ = ["Hook", "Member", "Supply"]

#: What a program does with a connection before or after somebody uses it.
Hook = Callable[[Connection], object]


class Member(_engine.SyncMember):
    """A connection of a pool, and what is known of it.

    Attributes:
        connection: The connection, another one after each that was given back.
        ends: When it is to be replaced.
        surveyed: How often it had been used when that was looked at last.
        idle_since: Since when it is idle, as of then.
        tried: When it was tried last, whether it still answers.
    """

    __slots__ = ("connection", "ends", "idle_since", "surveyed", "tried")

    connection: Connection
    ends: float
    surveyed: int
    idle_since: float
    tried: float

    @classmethod
    def of(cls, connection: Connection, limits: Limits) -> Member:
        """Make one of a connection that was opened just now."""
        member = cls(connection._engine, limits.max_uses)
        member.connection = connection
        member.surveyed = 0
        member.idle_since = member.tried = now = time.monotonic()
        member.ends = limits.end(now)
        return member


class Supply:
    """What `Pool` is made of: all but what it shows."""

    def __init__(
        self,
        configuration: Configuration,
        min_size: int,
        max_size: int,
        limits: Limits,
        *,
        setup: Hook | None = None,
        init: Hook | None = None,
        reset: Hook | None = None,
    ) -> None:
        self._configuration = configuration
        self._command_timeout = configuration.command_timeout
        # None is opened beside those that are waited for here.
        self._min_size = 0
        self._max_size = max_size
        self._limits = limits
        self._setup = setup
        self._init = init
        self._reset_hook = reset
        self._lock = threading.Lock()
        self._idle: deque[Member] = deque()
        self._waiting: deque[Waiter] = deque()
        self._members: dict[_engine.SyncConnection, Member] = {}
        #: Those that `acquire` gave, until they are given back.
        self._acquired: dict[_engine.SyncConnection, Member] = {}
        self._opening = 0
        self._pause = 0.0
        #: Until when the server is not asked again, after it refused a connection.
        self._refused_until = 0.0
        self._last_failure: Exception | None = None
        self._counts = Counts()
        self._closed = False
        self._inherited = False
        self._gone = threading.Event()
        #: What listens on a connection of its own, until the pool is closed.
        self._listenings: weakref.WeakSet[Listening] = weakref.WeakSet()
        self._wake = threading.Event()
        watch_forks(self)
        if limits.opening == "wait":
            try:
                for _ in range(min_size):
                    self._add(self._connect())
            except BaseException:
                self._close()
                raise
        self._min_size = min_size
        wake = self._wake
        keeper = weakref.ref(self, lambda _: wake.set())
        name = "data-bridge-pool"
        threading.Thread(target=_keep, args=(keeper, wake), name=name, daemon=True).start()

    # Taking and giving back

    def _take(self, timeout: float | None = None) -> Member:
        while True:
            # A deque's own operations are atomic: the common case takes no lock.
            try:
                member = self._idle.pop()
            except IndexError:
                member = self._wait(timeout)
            if member.take():
                break
            self._discard(member)
        if self._setup is not None:
            try:
                self._setup(member.connection)
            except BaseException:
                self._give_back(member)
                raise
        return member

    def _wait(self, timeout: float | None) -> Member:
        seconds = self._limits.acquire_timeout if timeout is None else timeout
        started = time.monotonic()
        waiter = Waiter()
        with self._lock:
            self._check_open()
            self._waiting.append(waiter)
            self._serve()
        try:
            came = waiter.wait(seconds)
        except BaseException:
            self._withdraw(waiter)
            raise
        finally:
            with self._lock:
                self._counts.waits += 1
                self._counts.wait_seconds += time.monotonic() - started
        if not came:
            self._withdraw(waiter)
            raise self._late(seconds)
        if waiter.error is not None:
            raise waiter.error
        if waiter.member is None:
            raise PoolClosedError("the pool is closed")
        return waiter.member

    def _late(self, seconds: float | None) -> QueryTimeoutError:
        self._counts.timeouts += 1
        return none_free(self._max_size, seconds, self._last_failure)

    def _withdraw(self, waiter: Waiter) -> None:
        """What came while a wait ended otherwise goes to the next one."""
        with self._lock:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
        if waiter.member is not None:
            self._give_back(waiter.member)

    def _serve(self) -> None:
        """Give those who wait what there is, in their order. The caller has the lock."""
        while self._waiting:
            # Others take from the idle ones without the lock.
            try:
                member = self._idle.pop()
            except IndexError:
                break
            self._waiting.popleft().hand_over(member)
        self._grow()

    def _give_back(self, member: Member) -> None:
        if self._reset_hook is not None or not member.give():
            if not self._restore(member):
                return
        elif not self._waiting:
            # Without the lock, as it is taken.
            self._idle.append(member)
            if not self._waiting and not self._closed:
                return
            try:
                self._idle.remove(member)
            except ValueError:
                # Somebody has it already, or the pool has ended it.
                return
        with self._lock:
            if not self._closed:
                if self._waiting:
                    self._waiting.popleft().hand_over(member)
                else:
                    self._idle.append(member)
                return
        self._discard(member)

    def _restore(self, member: Member) -> bool:
        """Bring a session back to how it began; false when its connection is used no more."""
        connection = member.connection
        engine = member.engine
        try:
            # They would keep the hook waiting, too.
            engine.end_streams()
            if self._reset_hook is not None and not engine.closed:
                self._reset_hook(connection)
            if not engine.clean and not engine.closed:
                self._counts.resets += 1
                if connection._reset():
                    self._initialise(connection)
        except Error:
            # A session that cannot be reset is nobody's to use.
            connection.close()
        except BaseException:
            self._discard(member)
            raise
        if engine.closed or member.retired:
            self._discard(member)
            return False
        return True

    def _try(self, member: Member) -> None:
        """Replace a connection that was idle for long if it does not answer any more.

        This is done beforehand, so that nobody waits for it who takes one.
        """
        try:
            self._idle.remove(member)
        except ValueError:
            return
        idle_since = member.idle_since
        try:
            member.connection._engine.execute("", None, TRIAL_SECONDS)
        except Error:
            self._discard(member)
            # What took one away may have taken the others that were idle as long.
            for other in list(self._idle):
                if other.idle_since <= idle_since and other.uses == other.surveyed:
                    self._retire(other)
            return
        member.tried = time.monotonic()
        with self._lock:
            if not self._closed:
                if self._waiting:
                    self._waiting.popleft().hand_over(member)
                else:
                    self._idle.appendleft(member)
                return
        self._discard(member)

    # Opening and closing

    def _grow(self) -> None:
        """Open what is missing, as far as there is room. The caller has the lock."""
        if self._closed:
            return
        size = len(self._members) + self._opening
        wanted = max(len(self._waiting) - self._opening, self._min_size - size)
        if self._refused_until > time.monotonic():
            # Without any connection, who must not wait for the server is told at once.
            if self._members or self._limits.opening != "wait":
                return
            wanted = len(self._waiting) - self._opening
        for _ in range(min(wanted, self._max_size - size)):
            self._opening += 1
            thread = threading.Thread(target=self._open_one, name="data-bridge-open", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                self._opening -= 1
                self._failed(error)
                return

    def _open_one(self) -> None:
        try:
            member = self._connect()
        except Exception as error:  # noqa: BLE001 (the program's own hook may raise anything)
            with self._lock:
                self._opening -= 1
                self._failed(error)
            return
        with self._lock:
            self._opening -= 1
            if not self._closed:
                self._add(member)
                return
        member.connection.close()

    def _connect(self) -> Member:
        connection = open_connection(self._configuration)
        try:
            self._initialise(connection)
            if connection.is_closed():
                raise ended_unused()
        except BaseException:
            connection.close()
            raise
        return Member.of(connection, self._limits)

    def _initialise(self, connection: Connection) -> None:
        if self._init is not None:
            self._init(connection)
            if connection.is_in_transaction():
                raise InterfaceError("the pool's init has left a transaction open")
            # What the program has set up is how the session begins.
            connection._engine.session_changed = False

    def _add(self, member: Member) -> None:
        """Take in a new connection. The caller has the lock."""
        self._counts.opened += 1
        self._pause = self._refused_until = 0.0
        self._last_failure = None
        self._members[member.engine] = member
        self._idle.append(member)
        self._serve()

    def _failed(self, error: Exception) -> None:
        """A connection could not be opened: try again later. The caller has the lock."""
        self._counts.failed += 1
        self._last_failure = error
        self._pause = pause(self._pause)
        self._refused_until = time.monotonic() + self._pause
        if not self._members and self._limits.opening == "wait" and self._waiting:
            self._waiting.popleft().fail(error)
            # Who waits behind has a try of its own.
            self._grow()
        self._wake.set()

    def _retire(self, member: Member) -> None:
        """Use a connection no more than by who uses it now."""
        member.retire()
        # Somebody may be taking it just now: then it ends when it is given back.
        with suppress(ValueError):
            self._idle.remove(member)
            self._discard(member)

    def _discard(self, member: Member) -> None:
        engine = member.engine
        with self._lock:
            if self._members.pop(engine, None) is not None:
                self._counts.closed += 1
                self._counts.requests += member.uses
            self._acquired.pop(engine, None)
            if not self._closed:
                self._serve()
        engine.close()
        if self._closed and not self._members:
            self._gone.set()

    def _check_open(self) -> None:
        if self._inherited:
            raise InterfaceError(FORKED)
        if self._closed:
            raise PoolClosedError("the pool is closed")

    def _close(self, timeout: float = 0) -> None:
        with self._lock:
            self._closed = True
            idle = list(self._idle)
            self._idle.clear()
            if not self._inherited:
                # A signal handler would wait for what it has interrupted itself.
                idle += [m for m in self._members.values() if m.engine.interrupted]
            while self._waiting:
                self._waiting.popleft().fail(PoolClosedError("the pool is closed"))
        for listening in list(self._listenings):
            listening.close()
        for member in idle:
            self._discard(member)
        self._wake.set()
        if self._inherited:
            # Those in use are the parent's.
            return
        try:
            # They are closed as they are given back.
            if self._members:
                self._gone.wait(timeout)
        finally:
            for member in list(self._members.values()):
                self._discard(member)

    # Housekeeping

    def _keep_house(self) -> float:
        """Replace what is old, close what is not needed, try what was idle for long.

        Gives the seconds until the next time.
        """
        now = time.monotonic()
        limits = self._limits
        for member in list(self._idle):
            if member.uses != member.surveyed:
                member.surveyed, member.idle_since = member.uses, now
            idle = now - member.idle_since
            beyond = len(self._members) > self._min_size
            if now >= member.ends or (
                beyond and limits.idle_timeout is not None and idle > limits.idle_timeout
            ):
                self._retire(member)
            elif (
                limits.check_after is not None
                and now - max(member.idle_since, member.tried) > limits.check_after
            ):
                self._try(member)
        for member in list(self._members.values()):
            # Those in use are replaced when they are given back.
            if now >= member.ends:
                member.retire()
        with self._lock:
            self._serve()
            refused = self._refused_until - time.monotonic()
        return min(limits.interval(), refused) if refused > 0 else limits.interval()

    def _forked(self) -> None:
        # The lock may have been held by a thread that the child does not have.
        self._lock = threading.Lock()
        self._inherited = self._closed = True
        self._idle.clear()
        for member in self._members.values():
            member.connection._forked()


def _keep(pool: weakref.ref[Supply], wake: threading.Event) -> None:
    """Keep house for a pool until it is closed, or forgotten."""
    seconds = 0.0
    while True:
        wake.wait(seconds)
        wake.clear()
        kept = pool()
        if kept is None or kept._closed:
            return
        seconds = kept._keep_house()
        del kept
