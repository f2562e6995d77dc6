"""The operations of all benchmarks, each in one place, in a file for each family.

An operation says how its method is called, how often in a timed round, what every call must return
and what the table must hold afterwards. How a framework does it stands in its adapter, under the
method's name.
"""

from benchmarks.operations.catalogue import BASIC, BY_NAME, FAMILIES, OPERATIONS
from benchmarks.operations.operation import Arguments, Operation

__all__ = ["BASIC", "BY_NAME", "FAMILIES", "OPERATIONS", "Arguments", "Operation"]
