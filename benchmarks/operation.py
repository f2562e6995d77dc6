"""The operations, where they were before they had a folder: see `benchmarks.operations`."""

from benchmarks.operations import BY_NAME, OPERATIONS, Arguments, Operation

__all__ = ["BY_NAME", "OPERATIONS", "Arguments", "Operation"]
