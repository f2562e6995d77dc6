"""All operations, family by family."""

from benchmarks.operations import basic, pgbench, prepared, query, transaction, value_type

BASIC = basic.OPERATIONS
OPERATIONS = (
    *BASIC,
    *transaction.OPERATIONS,
    *query.OPERATIONS,
    *prepared.OPERATIONS,
    *value_type.OPERATIONS,
    *pgbench.OPERATIONS,
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}
# In the order in which they are shown.
FAMILIES = tuple(dict.fromkeys(operation.family for operation in OPERATIONS))
