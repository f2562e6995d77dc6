"""The statements of a model, as SQL: names quoted, values as $1, $2, ...; nothing here does I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from data_bridge.postgres.column import ColumnDefinition
from data_bridge.postgres.expression import Order
from data_bridge.postgres.filter import Shape, write

if TYPE_CHECKING:
    from data_bridge.postgres.definition import Definition


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL, and the column of each of its parameters (for many rows of single values: of one row's).

    What LIMIT and OFFSET take comes after them.
    """

    sql: str
    parameters: tuple[ColumnDefinition, ...]


class Limit(Enum):
    """How many rows a SELECT may give."""

    ALL = ""
    ONE = " LIMIT 1"
    BOUND = " LIMIT $"


def select(
    definition: "Definition",
    shape: Shape | None,
    order: tuple[Order, ...],
    limit: Limit,
    offset: bool,
) -> Statement:
    """Write the SELECT of all columns, in the order of the definition."""
    parameters: list[ColumnDefinition] = []
    sql = f"SELECT {names(definition.columns)}"
    sql += _from(definition, shape, order, limit, offset, parameters)
    return Statement(sql, tuple(parameters))


def count(definition: "Definition", shape: Shape | None, limit: Limit, offset: bool) -> Statement:
    """Write the SELECT of a single number: how many rows there are."""
    parameters: list[ColumnDefinition] = []
    if limit is Limit.ALL and not offset:
        sql = "SELECT count(*)" + _from(definition, shape, (), limit, offset, parameters)
    else:
        inner = _from(definition, shape, (), limit, offset, parameters)
        sql = f'SELECT count(*) FROM (SELECT{inner}) AS "counted"'
    return Statement(sql, tuple(parameters))


def exists(definition: "Definition", shape: Shape | None, limit: Limit, offset: bool) -> Statement:
    """Write the SELECT of a single boolean: whether there is a row."""
    parameters: list[ColumnDefinition] = []
    inner = _from(definition, shape, (), limit, offset, parameters)
    return Statement(f"SELECT EXISTS (SELECT{inner})", tuple(parameters))


def delete(definition: "Definition", shape: Shape | None) -> Statement:
    """Write a DELETE."""
    parameters: list[ColumnDefinition] = []
    sql = f"DELETE FROM {definition.table}" + _where(definition, shape, parameters)
    return Statement(sql, tuple(parameters))


def update(
    definition: "Definition", columns: tuple[ColumnDefinition, ...], shape: Shape | None
) -> Statement:
    """Write an UPDATE: the new values come first, then those of the filter."""
    parameters = list(columns)
    settings = ", ".join(f"{column.quoted} = ${n}" for n, column in enumerate(columns, 1))
    sql = f"UPDATE {definition.table} SET {settings}" + _where(definition, shape, parameters)
    return Statement(sql, tuple(parameters))


def update_each(
    definition: "Definition", columns: tuple[ColumnDefinition, ...], rows: int | None
) -> Statement:
    """Write an UPDATE of many rows, each with values of its own.

    The first column of `columns` is the primary key. With `rows` None the parameters are arrays,
    one a column; else single values, row by row, as columns that hold arrays need it.
    """
    source = _source(columns, rows)
    given = [f'"given".{column.quoted}' for column in columns]
    settings = ", ".join(
        f"{column.quoted} = {value}" for column, value in zip(columns[1:], given[1:], strict=True)
    )
    sql = (
        f'UPDATE {definition.table} AS "target" SET {settings}'
        f' FROM {source} AS "given" ({names(columns)})'
        f' WHERE "target".{columns[0].quoted} = {given[0]}'
    )
    return Statement(sql, columns)


def insert(
    definition: "Definition",
    columns: tuple[ColumnDefinition, ...],
    returned: tuple[ColumnDefinition, ...],
) -> Statement:
    """Write an INSERT of one row, the server filling the columns that are not given."""
    values = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    given = f"({names(columns)}) VALUES ({values})" if columns else "DEFAULT VALUES"
    sql = f"INSERT INTO {definition.table} {given} RETURNING {names(returned)}"
    return Statement(sql, columns)


def insert_each(
    definition: "Definition",
    columns: tuple[ColumnDefinition, ...],
    returned: tuple[ColumnDefinition, ...],
    rows: int | None,
) -> Statement:
    """Write an INSERT of many rows; see `update_each` for `rows`."""
    source = _source(columns, rows)
    sql = f"INSERT INTO {definition.table} ({names(columns)}) {source} RETURNING {names(returned)}"
    return Statement(sql, columns)


def insert_defaults(
    definition: "Definition", returned: tuple[ColumnDefinition, ...], rows: int
) -> Statement:
    """Write an INSERT of rows that the server fills altogether."""
    sql = f"INSERT INTO {definition.table} SELECT FROM generate_series(1, {rows:d})"
    return Statement(f"{sql} RETURNING {names(returned)}", ())


def draw_keys(definition: "Definition", columns: tuple[ColumnDefinition, ...]) -> Statement:
    """Write a SELECT of new primary keys, for COPY to store with rows of these columns.

    It gives none where an INSERT of the rows could store something else than COPY does, or may do
    what COPY may not: the table has triggers, rules or policies, its columns are of other types
    than the model says, or its key comes from elsewhere than the sequence that it owns.

    Its parameters are the table's name in SQL, the key's, the columns', and how many keys there are
    to be.
    """
    # Those that values have in an INSERT.
    types = ", ".join(f"pg_typeof(NULL::{column.cast_type})::oid" for column in columns)
    return Statement(_DRAW_KEYS.format(types=types), ())


_DRAW_KEYS = """\
WITH target AS MATERIALIZED (
    SELECT sequence.oid::regclass AS sequence
    FROM pg_catalog.pg_class AS stored
    JOIN pg_catalog.pg_attribute AS key ON key.attrelid = stored.oid AND key.attname = $2::text
    JOIN pg_catalog.pg_depend AS owned
        ON owned.refclassid = 'pg_catalog.pg_class'::regclass AND owned.refobjid = stored.oid
        AND owned.refobjsubid = key.attnum AND owned.deptype IN ('a', 'i')
        AND owned.classid = 'pg_catalog.pg_class'::regclass
    JOIN pg_catalog.pg_class AS sequence ON sequence.oid = owned.objid AND sequence.relkind = 'S'
    LEFT JOIN pg_catalog.pg_attrdef AS drawn
        ON drawn.adrelid = stored.oid AND drawn.adnum = key.attnum
    WHERE stored.oid = to_regclass($1::text) AND stored.relkind = 'r'
        AND NOT stored.relhasrules AND NOT stored.relrowsecurity
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_trigger AS fired
            WHERE fired.tgrelid = stored.oid AND NOT fired.tgisinternal
        )
        AND key.atttypid IN ('int8'::regtype, 'int4'::regtype, 'int2'::regtype)
        AND (
            key.attidentity <> ''
            OR pg_get_expr(drawn.adbin, drawn.adrelid)
                = format('nextval(%L::regclass)', sequence.oid::regclass)
        )
        AND has_column_privilege(stored.oid, key.attnum, 'INSERT')
        AND has_sequence_privilege(sequence.oid, 'USAGE, UPDATE')
        AND NOT EXISTS (
            SELECT FROM unnest($3::text[], ARRAY[{types}]) AS given (name, type)
            LEFT JOIN pg_catalog.pg_attribute AS held
                ON held.attrelid = stored.oid AND held.attname = given.name
            WHERE NOT coalesce(
                held.atttypid = given.type
                OR ARRAY[held.atttypid, given.type] <@ '{{int2, int4, int8}}'::regtype[]::oid[]
                OR ARRAY[held.atttypid, given.type] <@ '{{float4, float8}}'::regtype[]::oid[]
                OR ARRAY[held.atttypid, given.type] <@ '{{text, varchar}}'::regtype[]::oid[],
                false
            )
        )
)
SELECT nextval(sequence) FROM target, generate_series(1, $4::int8)"""


def names(columns: Sequence[ColumnDefinition]) -> str:
    """Write a list of columns."""
    return ", ".join(column.quoted for column in columns)


def _source(columns: tuple[ColumnDefinition, ...], rows: int | None) -> str:
    if rows is None:
        # In the SELECT list arrays are taken apart in step, a row at a time; in FROM all the rows
        # would be put by first: 9 to 14 % of an INSERT's time.
        arrays = (f"unnest(${n}::{column.array_type})" for n, column in enumerate(columns, 1))
        return f"(SELECT {', '.join(arrays)})"
    # The types of the first row are those of all.
    width = len(columns)
    first = ", ".join(f"${n}::{column.cast_type}" for n, column in enumerate(columns, 1))
    others = (
        ", ".join(f"${n}" for n in range(row * width + 1, (row + 1) * width + 1))
        for row in range(1, rows)
    )
    values = ", ".join(f"({row})" for row in (first, *others))
    return f"(VALUES {values})"


def _from(
    definition: "Definition",
    shape: Shape | None,
    order: tuple[Order, ...],
    limit: Limit,
    offset: bool,
    parameters: list[ColumnDefinition],
) -> str:
    sql = f" FROM {definition.table}" + _where(definition, shape, parameters)
    if order:
        sql += " ORDER BY " + ", ".join(term.sql for term in order)
    bound = len(parameters)
    if limit is Limit.BOUND:
        bound += 1
        sql += f"{limit.value}{bound}"
    else:
        sql += limit.value
    return f"{sql} OFFSET ${bound + 1}" if offset else sql


def _where(
    definition: "Definition", shape: Shape | None, parameters: list[ColumnDefinition]
) -> str:
    return "" if shape is None else f" WHERE {write(shape, parameters, definition.model)}"
