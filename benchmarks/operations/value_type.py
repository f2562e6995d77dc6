"""Columns of one type each: what it costs to make Python's values of the server's.

Everybody returns Decimal, aware datetime, UUID, JSON as dictionaries, lists, bytes and str. The
rows have no order asked for; a table written once is read in the order of its writing.
"""

from benchmarks.operations.judging import found_rows, found_values
from benchmarks.operations.operation import Operation
from benchmarks.shared_tables import KINDS, VALUE_TABLES, WIDE, WIDE_ROWS, values, wide_rows

# As quick as each is, a round takes some milliseconds.
CALLS = {"numeric": 20, "timestamptz": 20, "uuid": 20, "jsonb": 5, "bytea": 50, "text": 5}
TITLES = {
    "numeric": "1,000 numeric",
    "timestamptz": "1,000 timestamptz",
    "uuid": "1,000 uuid",
    "jsonb": "1,000 jsonb",
    "int_array": "1,000 arrays of 10 int",
    "bytea": "100 bytea of 1 KB",
    "text": "1 text of 1 MB",
}


def find_values(kind: str) -> Operation:
    """Read all values of a kind."""
    return Operation(
        name=f"find_{kind}",
        title=TITLES[kind],
        method="find_values",
        family="types",
        batch=KINDS[kind].number,
        calls=CALLS.get(kind, 10),
        rounds=30,
        changes=False,
        arguments=lambda k: (kind,),
        expected=lambda k: values(kind),
        judge=found_values,
        large=True,
        needs=(VALUE_TABLES[kind],),
    )


OPERATIONS = (
    *map(find_values, KINDS),
    Operation(
        name="find_wide",
        title="100 rows of 100 int",
        method="find_wide",
        family="types",
        batch=WIDE_ROWS,
        calls=10,
        rounds=30,
        changes=False,
        arguments=lambda k: (),
        expected=lambda k: [row[1:] for row in wide_rows()],
        judge=found_rows,
        large=True,
        needs=(WIDE,),
    ),
)
