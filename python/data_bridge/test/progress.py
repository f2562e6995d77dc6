"""The progress bar, on stderr, while a group runs on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import pytest
from rich import progress as rich_progress
from rich.console import Console

from data_bridge.test.race import MEMORY_LAP, WARM_UP

# Told of each lap: the implementation, the round or other lap, and how many rounds there are.
Advance = Callable[[str, int, int], None]


class Progress:
    """Shows how far a run is; silent where stderr is no terminal.

    The bar is drawn between laps only, never by a thread of its own, so that it takes no time
    from what is measured.
    """

    def __init__(self, config: pytest.Config) -> None:
        # Made here, where pytest does not capture yet: it looks at the terminal when it is made.
        self._console = Console(stderr=True)
        self._visible = self._console.is_terminal
        self._config = config
        self._done = 0
        self.groups = 0

    @contextmanager
    def of(self, group: str, laps: int) -> Iterator[Advance]:
        """Show the progress of one group; the bar is gone when the block is left."""
        self._done += 1
        if not self._visible:
            yield lambda name, number, rounds: None
            return

        bar = rich_progress.Progress(
            rich_progress.TextColumn("{task.description}"),
            rich_progress.BarColumn(bar_width=20),
            rich_progress.MofNCompleteColumn(),
            rich_progress.TimeElapsedColumn(),
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        title = f"[{self._done}/{self.groups}] {group}".replace("[", r"\[")
        task = bar.add_task(title, total=laps)
        lap = -1

        def advance(name: str, number: int, rounds: int) -> None:
            nonlocal lap
            lap += 1
            named = {WARM_UP: "warm-up", MEMORY_LAP: "memory"}
            where = named.get(number, f"round {number} of {rounds}")
            with self._on_terminal():
                bar.update(task, completed=lap, description=f"{title}: {name}, {where}")
                bar.refresh()

        with self._on_terminal():
            bar.start()
        try:
            yield advance
        finally:
            with self._on_terminal():
                bar.stop()

    def _on_terminal(self) -> AbstractContextManager[None]:
        """Step out of pytest's capturing of what the benchmarks print."""
        capture = self._config.pluginmanager.getplugin("capturemanager")
        if capture is None:
            return nullcontext()
        manager: AbstractContextManager[None] = capture.global_and_fixture_disabled()
        return manager


PROGRESS = pytest.StashKey[Progress]()
