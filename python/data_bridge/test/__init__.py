"""Side-by-side benchmarks.

A file `bench_*.py` declares groups of implementations of one operation, and the command `dbtest`
measures them in turn:

    from data_bridge.test import BenchmarkGroup, register_group

    insert_one = BenchmarkGroup("Insert One")

    @insert_one.add("asyncpg")
    async def asyncpg_insert_one(asyncpg_pool):
        await asyncpg_pool.execute("INSERT INTO users (name) VALUES ($1)", "Test")

    register_group(insert_one)
"""

from data_bridge.test.group import BenchmarkGroup, register_group

__all__ = ["BenchmarkGroup", "register_group"]
