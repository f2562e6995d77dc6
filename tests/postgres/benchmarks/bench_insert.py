"""Inserting rows."""

from data_bridge.test import register_group
from tests.postgres.benchmarks.benchmark_setup import operation_group

register_group(operation_group("Insert One", "insert_one"))
register_group(operation_group("Bulk Insert 1000", "insert_1000"))
register_group(operation_group("Bulk Insert 10000", "insert_10000"))
