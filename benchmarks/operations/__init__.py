"""The operations of all benchmarks, each in one place, in a file for each family.

An operation says how its method is called, how often in a timed round, what every call must return
and what the table must hold afterwards. How a framework does it stands in its adapter, under the
method's name.
"""

from benchmarks.operations import basic, pgbench, prepared, query, transaction, value_type
from benchmarks.operations.operation import Arguments, Operation

__all__ = ["BASIC", "BY_NAME", "FAMILIES", "OPERATIONS", "Arguments", "Operation"]

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
