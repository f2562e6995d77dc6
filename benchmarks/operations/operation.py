"""What an operation is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString, TypeAlias

from benchmarks import data
from benchmarks.data import Row
from benchmarks.operations.judging import same
from benchmarks.shared_tables import SharedRow, SharedTable

if TYPE_CHECKING:
    from benchmarks.adapters.adapter import Adapter

Arguments: TypeAlias = tuple[Any, ...]
# What a call must return, in the form that the operation's judge understands.
Expectation: TypeAlias = Any
Table: TypeAlias = dict[int, Row]
Judge: TypeAlias = Callable[["Adapter", Any, Expectation], str | None]


@dataclass(frozen=True)
class Operation:
    """One operation, the same for all frameworks.

    Attributes:
        name: identifier, for `-k` and results.
        title: for people.
        method: the adapters' method that does it.
        family: what it is shown with.
        batch: rows that one call inserts, reads or changes.
        calls: calls in one timed round: as many as bring the round well above the clock's noise.
        rounds: timed rounds of a full comparison.
        changes: whether the table must be put back after a round.
        arguments: the arguments of call k; call 0 is the warm-up before the clock starts.
        expected: what call k must return.
        judge: says in one line what is wrong with a returned value, beside the expected one; None
            if nothing is.
        large: whether a call returns so many rows that a round keeps only those of its last call.
        apply: does to `{id: row}` what call k does to the table.
        needs: shared tables that are read.
        fills: a shared table that is emptied before a round, and into which each call puts the
            rows that are its only argument.
        reference: a query whose rows a call must return, in place of `expected`: what only the
            server knows.
    """

    name: str
    title: str
    method: str
    family: str
    batch: int
    calls: int
    rounds: int
    changes: bool
    arguments: Callable[[int], Arguments]
    expected: Callable[[int], Expectation]
    judge: Judge = same
    large: bool = False
    apply: Callable[[Table, int], None] = lambda _table, _k: None
    needs: tuple[SharedTable, ...] = ()
    fills: SharedTable | None = None
    reference: LiteralString | None = None

    def after(self, calls: int | None = None) -> list[Row]:
        """The rows that the table must hold after a round: the warm-up and `calls` calls."""
        table = dict(enumerate(data.table(), start=1))
        for k in range((self.calls if calls is None else calls) + 1):
            self.apply(table, k)
        return list(table.values())

    def filled(self) -> list[SharedRow]:
        """The rows that the shared table that is filled must hold after a round."""
        return [tuple(row) for k in range(self.calls + 1) for row in self.arguments(k)[0]]

    def problem(self, adapter: "Adapter", k: int, value: Any) -> str | None:
        """What is wrong with the value that call k returned, in one line; None if nothing is."""
        found = self.judge(adapter, value, self.expected(k))
        return None if found is None else f"call {k} returned {found}"
