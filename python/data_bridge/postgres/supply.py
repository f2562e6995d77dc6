"""The connections of a pool for asyncio: opened, lent, reset, replaced, and waited for."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from data_bridge import _engine
from data_bridge.postgres.connection import Connection, open_connection
from data_bridge.postgres.deadlines import Deadlines
from data_bridge.postgres.errors import Error, InterfaceError, PoolClosedError, QueryTimeoutError
from data_bridge.postgres.lending import (
    FORKED,
    RESET_SECONDS,
    TRIAL_SECONDS,
    Counts,
    Limits,
    ended_unused,
    none_free,
    pause,
    watch_forks,
)
from data_bridge.postgres.listening import Listening
from data_bridge.postgres.options import Configuration
from data_bridge.postgres.own_loop import OwnLoop, weakly
from data_bridge.postgres.waiter import Waiter

__all__ = ["Hook", "Supply"]

#: What a program does with a connection before or after somebody uses it.
Hook = Callable[[Connection], Awaitable[object]]

#: How many statements may be in flight on a shared connection: more than these gain nothing.
DEPTH = 64

#: Seconds between two looks at what shared connections are at.
LOOK_SECONDS = 0.025


class Supply(OwnLoop):
    """What `Pool` is made of: all but what it shows.

    Who takes a connection is served in the order of asking; statements of the pool's own go past
    that to the engine (`Sharing`), which finds them a place as long as nobody waits for one.
    """

    def __init__(
        self,
        configuration: Configuration,
        min_size: int,
        max_size: int,
        limits: Limits,
        *,
        pipelining: bool = True,
        setup: Hook | None = None,
        init: Hook | None = None,
        reset: Hook | None = None,
    ) -> None:
        self._configuration = configuration
        self._command_timeout = configuration.command_timeout
        self._min_size = min_size
        self._max_size = max_size
        self._limits = limits
        self._setup = setup
        self._init = init
        self._reset_hook = reset
        # The engine does not keep a pool that everybody has forgotten.
        self._stir = weakly(self, Supply._attend)
        crowded = weakly(self, Supply._look_soon)
        depth = DEPTH if pipelining else 1
        self._sharing = _engine.Sharing(depth, limits.max_uses, crowded)
        # Hooks are for each user of a connection, and so for each statement.
        self._sharing.enabled = setup is None and reset is None
        self._connections: dict[_engine.AsyncConnection, Connection] = {}
        #: When each of them is to be replaced.
        self._ends: dict[_engine.AsyncConnection, float] = {}
        #: Those that `acquire` gave, until they are given back.
        self._acquired: set[_engine.AsyncConnection] = set()
        self._waiting: deque[Waiter] = deque()
        #: How many of those who wait want one of their own, and to how many a place was promised.
        self._wanting = 0
        self._promised = 0
        self._deadlines = Deadlines(limits.acquire_timeout, self._late)
        #: Connections being opened, and sessions being reset.
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening = 0
        self._pause = 0.0
        self._last_failure: Exception | None = None
        self._timers: dict[str, asyncio.TimerHandle | _engine.Alarm] = {}
        self._counts = Counts()
        self._opened = False
        self._closed = False
        self._inherited = False
        self._gone = asyncio.Event()
        self._listenings: weakref.WeakSet[Listening] = weakref.WeakSet()
        self._first = asyncio.Lock()
        watch_forks(self)

    # Taking and giving back

    def _take_ready(self) -> Connection | None:
        """A connection of one's own, where there is one to be had at once."""
        if self._waiting or self._closed or self._setup is not None:
            return None
        engine = self._sharing.take_ready()
        return None if engine is None else self._connections[engine]

    async def _take(self, timeout: float | None = None, *, shared: bool = False) -> Connection:
        """A connection of one's own; or, if `shared`, `PLACE` once there is one among others."""
        while True:
            taken = None if self._waiting or self._closed else self._sharing.take()
            if taken is None:
                taken = await self._wait(timeout, shared)
                if taken is None:
                    place: Connection = PLACE
                    return place
            engine, doubtful = taken
            connection = self._connections[engine]
            if not doubtful or await self._try(connection):
                return connection

    async def _take_set_up(self, timeout: float | None = None) -> Connection:
        """A connection that the program's own hook has set up."""
        connection = await self._take(timeout)
        if self._setup is not None:
            try:
                await self._setup(connection)
            except BaseException:
                self._give_back(connection)
                raise
        return connection

    async def _wait(
        self, timeout: float | None, shared: bool
    ) -> tuple[_engine.AsyncConnection, bool] | None:
        """Wait in turn for a connection, and have one opened when there may be more."""
        self._check_usable()
        loop = asyncio.get_running_loop()
        waiter = Waiter(loop.create_future(), shared)
        self._waiting.append(waiter)
        self._wanting += not shared
        started = loop.time()
        self._grow()
        self._serve()
        # The pool's own bound is the same for all, so that one timer serves them.
        deadlines = self._deadlines if timeout is None else Deadlines(timeout, self._late)
        deadlines.add(waiter.future)
        try:
            taken: tuple[_engine.AsyncConnection, bool] | None = await waiter.future
        except BaseException:
            self._withdraw(waiter)
            raise
        finally:
            self._counts.waits += 1
            self._counts.wait_seconds += loop.time() - started
            if timeout is not None:
                deadlines.clear()
        return taken

    def _withdraw(self, waiter: Waiter) -> None:
        future = waiter.future
        if waiter in self._waiting:
            self._waiting.remove(waiter)
            self._wanting -= not waiter.shared
        # Handed over in the very turn in which the wait ended: pass it on.
        elif future.done() and not future.cancelled() and future.exception() is None:
            taken = future.result()
            if taken is None:
                self._promised -= 1
            else:
                self._give_back(self._connections[taken[0]])
        self._serve()

    def _late(self, seconds: float) -> QueryTimeoutError:
        self._counts.timeouts += 1
        return none_free(self._max_size, seconds, self._last_failure)

    def _serve(self) -> None:
        """Give those who wait what there is, in their order."""
        waiting, sharing = self._waiting, self._sharing
        while waiting:
            waiter = waiting[0]
            if not waiter.future.done():
                if waiter.shared and not sharing.growing and sharing.places() > self._promised:
                    self._promised += 1
                    waiter.future.set_result(None)
                elif waiter.shared and self._promised:
                    # What is free is for those who were before.
                    break
                elif (taken := sharing.take()) is not None:
                    waiter.future.set_result(taken)
                else:
                    break
            waiting.popleft()
            self._wanting -= not waiter.shared
        sharing.queued = len(waiting) > self._wanting
        sharing.claim(self._wanting)
        sharing.set_eager(bool(waiting))

    def _give_back(self, connection: Connection) -> None:
        engine = connection._engine
        if self._reset_hook is None and self._sharing.give_clean(engine):
            if self._waiting:
                self._serve()
        elif engine.closed or (self._reset_hook is None and (engine.clean or self._closed)):
            self._discard(engine)
        else:
            self._start(self._restore(connection), lambda: self._discard(engine))

    async def _restore(self, connection: Connection) -> None:
        """Bring a session back to how it began."""
        engine = connection._engine
        try:
            async with asyncio.timeout(RESET_SECONDS):
                # They would keep the hook waiting, too.
                engine.end_streams()
                if self._reset_hook is not None:
                    await self._reset_hook(connection)
                if not engine.clean:
                    self._counts.resets += 1
                    if await connection._reset():
                        await self._initialise(connection)
        except BaseException as error:
            # A session that cannot be reset is nobody's to use.
            self._discard(engine)
            if not isinstance(error, Error | TimeoutError | asyncio.CancelledError):
                raise
            return
        if not self._sharing.give(engine):
            self._discard(engine)
        self._serve()

    async def _try(self, connection: Connection) -> bool:
        """Whether a connection that was idle for long still answers."""
        try:
            seconds = self._limits.acquire_timeout
            async with asyncio.timeout(min(seconds or TRIAL_SECONDS, TRIAL_SECONDS)):
                await connection._engine.execute("", None)
        except (Error, TimeoutError):
            # What took one away may have taken the others that were idle as long.
            self._discard(connection._engine)
            while (taken := self._sharing.take()) is not None:
                if not taken[1]:
                    self._give_back(self._connections[taken[0]])
                    break
                self._discard(taken[0])
            return False
        except BaseException:
            self._give_back(connection)
            raise
        return True

    # Opening and closing

    def _grow(self) -> None:
        """Open as many connections as there are tasks waiting and room for."""
        room = self._max_size - len(self._connections) - self._opening
        wanted = min(len(self._waiting) - self._opening, room)
        # Without any connection, who must not wait for the server is told at once.
        told = self._limits.opening == "wait" and not self._connections
        if not self._closed and (told or "fill" not in self._timers):
            for _ in range(wanted):
                self._open_soon()
        self._update_growing()

    def _fill(self) -> None:
        """Open what is missing to the smallest size, and for those who wait."""
        if handle := self._timers.pop("fill", None):
            handle.cancel()
        if self._closed:
            return
        for _ in range(self._min_size - len(self._connections) - self._opening):
            self._open_soon()
        self._grow()

    def _update_growing(self) -> None:
        room = self._max_size > len(self._connections) + self._opening
        self._sharing.growing = room and "fill" not in self._timers

    def _open_soon(self) -> None:
        self._opening += 1
        self._start(self._open_one(), self._opened_none)

    def _opened_none(self) -> None:
        self._opening -= 1

    async def _open_one(self) -> None:
        try:
            connection = await self._connect()
        except Exception as error:  # noqa: BLE001 (the program's own hook may raise anything)
            self._opening -= 1
            self._failed(error)
        else:
            self._opening -= 1
            self._add(connection)

    async def _connect(self) -> Connection:
        connection = await open_connection(self._configuration)
        try:
            await self._initialise(connection)
            if self._closed:
                raise PoolClosedError("the pool is closed")
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _initialise(self, connection: Connection) -> None:
        if self._init is not None:
            await self._init(connection)
            if connection.is_in_transaction():
                raise InterfaceError("the pool's init has left a transaction open")
            # What the program has set up is how the session begins.
            connection._engine.session_changed = False

    def _add(self, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        engine = connection._engine
        if engine.closed:
            self._failed(ended_unused())
            return
        engine.on_change = self._stir
        self._counts.opened += 1
        self._pause, self._last_failure = 0.0, None
        self._connections[engine] = connection
        self._ends[engine] = self._limits.end(loop.time())
        self._sharing.add(engine, loop.time(), False)
        self._update_growing()
        self._serve()

    def _failed(self, error: Exception) -> None:
        """A connection could not be opened: some who wait are told, all is tried again later."""
        if self._closed:
            return
        self._counts.failed += 1
        self._last_failure = error
        if not self._connections and self._limits.opening == "wait":
            while self._waiting:
                waiter = self._waiting.popleft()
                self._wanting -= not waiter.shared
                if not waiter.future.done():
                    waiter.future.set_exception(error)
                    break
            # Who waits behind has a try of its own.
            self._grow()
        if "fill" not in self._timers and (self._waiting or self._min_size):
            self._pause = pause(self._pause)
            self._later("fill", self._pause, Supply._fill)
        self._update_growing()
        self._serve()

    def _discard(self, engine: _engine.AsyncConnection) -> None:
        engine.close()
        if self._connections.pop(engine, None) is None:
            return
        self._ends.pop(engine, None)
        self._acquired.discard(engine)
        self._sharing.remove(engine)
        self._counts.closed += 1
        engine.on_change = None
        self._gone.set()
        if not self._closed and "fill" not in self._timers:
            self._fill()

    def _attend(self) -> None:
        """See to connections that have ended or are to end, and to those who wait."""
        for engine in self._sharing.leaving():
            self._discard(engine)
        self._serve()

    # Housekeeping

    def _keep_house(self) -> None:
        """Replace what is old, close what is not needed, doubt what was idle for long."""
        if self._closed:
            return
        now = asyncio.get_running_loop().time()
        limits = self._limits
        size = len(self._connections)
        for engine, idle, _, lent in self._sharing.survey(now):
            if now >= self._ends.get(engine, now):
                self._sharing.retire(engine)
            elif lent:
                continue
            elif limits.idle_timeout is not None and idle > limits.idle_timeout:
                if size > self._min_size:
                    size -= 1
                    self._sharing.retire(engine)
                elif limits.check_after is not None:
                    self._sharing.doubt(engine)
            elif limits.check_after is not None and idle > limits.check_after:
                self._sharing.doubt(engine)
        self._attend()
        self._keep_house_later()

    def _keep_house_later(self) -> None:
        loop = asyncio.get_running_loop()
        keep_house = weakly(self, Supply._keep_house)

        def ring() -> None:
            # A loop that is closed has no pool to keep any more.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(keep_house)

        # There is always one, and a timer of the loop's would cost something at each of its turns.
        self._timers["house"] = _engine.Alarm(self._limits.interval(), ring)

    def _shrink(self) -> None:
        """Retire what is beyond the largest size, first those that nobody has."""
        now = asyncio.get_running_loop().time()
        by_use = sorted(self._sharing.survey(now), key=lambda each: (each[3], -each[1]))
        for engine, *_ in by_use[: max(len(by_use) - self._max_size, 0)]:
            self._sharing.retire(engine)
        self._attend()

    def _look_soon(self) -> None:
        self._later("look", LOOK_SECONDS, Supply._look)

    def _look(self) -> None:
        if self._sharing.look():
            self._look_soon()
        if self._waiting:
            self._serve()

    def _later(self, name: str, seconds: float, work: Callable[[Any], None]) -> None:
        """Have something done later, once, unless the pool is gone by then."""

        def run(pool: Supply) -> None:
            pool._timers.pop(name, None)
            work(pool)

        if self._is_elsewhere():
            self._at_home(lambda: self._later(name, seconds, work))
            return
        if name in self._timers:
            self._timers[name].cancel()
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, weakly(self, run))

    def _start(self, work: Coroutine[Any, Any, None], undone: Callable[[], None]) -> None:
        """Have a task do something; `undone` is called when it was cancelled, perhaps unbegun."""

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if task.cancelled():
                undone()

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # A call that was never finished is thrown away after its loop: nothing can run now.
            work.close()
            undone()
            return
        if self._is_elsewhere():
            if not self._at_home(lambda: self._start(work, undone)):
                work.close()
                undone()
            return
        task = loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(ended)

    def _check_open(self) -> None:
        if self._inherited:
            raise InterfaceError(FORKED)
        if self._closed:
            raise PoolClosedError("the pool is closed")
        self._check_loop()

    def _check_usable(self) -> None:
        self._check_open()
        if not self._opened:
            if self._limits.opening == "wait":
                raise PoolClosedError("the pool is not open: await it first")
            self._begin()

    def _begin(self) -> None:
        self._opened = True
        self._loop = asyncio.get_running_loop()
        self._fill()
        self._keep_house_later()

    def _forked(self) -> None:
        self._inherited = self._closed = True
        self._sharing.enabled = False
        for connection in self._connections.values():
            connection._forked()


#: What is taken when a statement may go behind others.
PLACE: Any = object()
