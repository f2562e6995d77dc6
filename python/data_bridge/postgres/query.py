"""`User.find(...)`: a query, built step by step and run by its last call."""

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from data_bridge.postgres import statement
from data_bridge.postgres.database import executor
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.expression import ColumnExpression, Order
from data_bridge.postgres.filter import AND, Condition, Filter, as_filter, combine
from data_bridge.postgres.refusal import explain
from data_bridge.postgres.statement import Limit, Statement

if TYPE_CHECKING:
    from data_bridge.postgres.definition import Definition
    from data_bridge.postgres.model import Table

Model = TypeVar("Model", bound="Table")


def joined(filters: tuple[Condition | bool, ...]) -> Filter | None:
    """Join filters with AND; none of them are None.

    Raises:
        InterfaceError: one of them is no filter.
    """
    if len(filters) == 1:
        return as_filter(filters[0])
    return combine(AND, filters) if filters else None


class Query(Generic[Model]):
    """The rows of a table that match, in an order, up to a limit.

    A query is not changed by its methods: each gives another one, so that one can be the start of
    several. Nothing is sent before `to_list`, `first`, `count`, `exists` or `async for`.
    """

    __slots__ = ("_definition", "_filter", "_limit", "_offset", "_order")

    def __init__(
        self,
        definition: "Definition",
        condition: Filter | None,
        order: tuple[Order, ...] = (),
        limit: int | None = None,
        offset: int | None = None,
    ) -> None:
        self._definition = definition
        self._filter = condition
        self._order = order
        self._limit = limit
        self._offset = offset

    def find(self, *filters: Condition | bool) -> "Query[Model]":
        """Ask for more conditions to hold.

        Raises:
            InterfaceError: one of them is no filter.
        """
        condition = joined(filters)
        if condition is None:
            condition = self._filter
        elif self._filter is not None:
            condition = self._filter & condition
        return Query(self._definition, condition, self._order, self._limit, self._offset)

    def order_by(self, *terms: Any) -> "Query[Model]":
        """Order the rows: by the first term, within it by the second; further calls add terms.

        Args:
            terms: `User.age`, `-User.age` (largest first), or the same as text: "age", "-age".

        Raises:
            InterfaceError: the model has no such column.
        """
        order = (*self._order, *(self._term(term) for term in terms))
        return Query(self._definition, self._filter, order, self._limit, self._offset)

    def limit(self, rows: int) -> "Query[Model]":
        """Give at most so many rows.

        Raises:
            InterfaceError: not a whole number from 0 up.
        """
        _check_rows("limit", rows)
        return Query(self._definition, self._filter, self._order, rows, self._offset)

    def offset(self, rows: int) -> "Query[Model]":
        """Pass over so many rows first.

        Raises:
            InterfaceError: not a whole number from 0 up.
        """
        _check_rows("offset", rows)
        return Query(self._definition, self._filter, self._order, self._limit, rows)

    def compile(self) -> tuple[str, tuple[Any, ...]]:
        """Give the SQL that `to_list` runs, and the values of its parameters; nothing is sent."""
        prepared = self._select(self._bound)
        return prepared.sql, self._values()

    async def to_list(self) -> list[Model]:
        """Run the query and give the rows as instances.

        Raises:
            ColumnTypeError: a value in a filter has not its column's type; nothing was sent.
            PostgresError: the server refused the query.
        """
        prepared = self._select(self._bound)
        rows: list[Model]
        try:
            rows = await executor()._fetch(prepared.sql, self._values(), self._definition.layout)
        except InterfaceError as error:
            raise explain(error, self._definition, prepared.parameters) from None
        return rows

    async def first(self) -> Model | None:
        """Run the query for its first row; None where no row matches.

        Raises:
            ColumnTypeError: a value in a filter has not its column's type; nothing was sent.
            PostgresError: the server refused the query.
        """
        if self._limit == 0:
            return None
        prepared = self._select(Limit.ONE)
        values = self._values(limited=False)
        row: Model | None
        try:
            row = await executor()._fetchrow(prepared.sql, values, self._definition.layout)
        except InterfaceError as error:
            raise explain(error, self._definition, prepared.parameters) from None
        return row

    async def count(self) -> int:
        """Count the rows on the server.

        Raises:
            ColumnTypeError: a value in a filter has not its column's type; nothing was sent.
            PostgresError: the server refused the query.
        """
        number: int = await self._value(statement.count)
        return number

    async def exists(self) -> bool:
        """Ask the server whether any row matches.

        Raises:
            ColumnTypeError: a value in a filter has not its column's type; nothing was sent.
            PostgresError: the server refused the query.
        """
        found: bool = await self._value(statement.exists)
        return found

    def __aiter__(self) -> AsyncIterator[Model]:
        """Run the query and go through its rows; they are all fetched before the first is given."""
        return self._each()

    async def _each(self) -> AsyncIterator[Model]:
        for row in await self.to_list():
            yield row

    async def _value(self, compose: Callable[..., Statement]) -> Any:
        shape = None if self._filter is None else self._filter.shape
        offset = self._offset is not None
        prepared = self._definition.prepared(compose, shape, self._bound, offset)
        try:
            return await executor().fetchval(prepared.sql, *self._values())
        except InterfaceError as error:
            raise explain(error, self._definition, prepared.parameters) from None

    @property
    def _bound(self) -> Limit:
        return Limit.ALL if self._limit is None else Limit.BOUND

    def _select(self, limit: Limit) -> Statement:
        shape = None if self._filter is None else self._filter.shape
        offset = self._offset is not None
        return self._definition.prepared(statement.select, shape, self._order, limit, offset)

    def _values(self, *, limited: bool = True) -> tuple[Any, ...]:
        values = () if self._filter is None else self._filter.values
        if limited and self._limit is not None:
            values = (*values, self._limit)
        return values if self._offset is None else (*values, self._offset)

    def _term(self, term: Any) -> Order:
        if isinstance(term, str):
            expression = self._definition.expressions[
                self._definition.column(term.removeprefix("-")).attribute
            ]
            return expression.descending if term.startswith("-") else expression.ascending
        if isinstance(term, ColumnExpression):
            term = term.ascending
        if not isinstance(term, Order):
            raise InterfaceError(f"rows are ordered by columns, as in -User.age; this is {term!r}")
        if term.model is not self._definition.model:
            raise InterfaceError(
                f"a column of {term.model.__name__} cannot order {self._definition.model.__name__}"
            )
        return term


def _check_rows(what: str, rows: object) -> None:
    if not isinstance(rows, int) or isinstance(rows, bool) or rows < 0:
        raise InterfaceError(f"{what}() takes a number of rows, 0 or more, not {rows!r}")
