"""Finding and counting rows."""

from data_bridge.test import register_group
from tests.postgres.benchmarks.benchmark_setup import operation_group

register_group(operation_group("Find One", "find_one"))
register_group(operation_group("Find Many", "find_many"))
register_group(operation_group("Count", "count"))
