"""Changing and deleting rows."""

from data_bridge.test import register_group
from tests.postgres.benchmarks.benchmark_setup import operation_group

register_group(operation_group("Update One", "update_one"))
register_group(operation_group("Update Many", "update_many"))
register_group(operation_group("Update Each", "update_each"))
register_group(operation_group("Delete Many", "delete_many"))
register_group(operation_group("Transaction", "transaction"))
