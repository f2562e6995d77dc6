"""Side-by-side benchmarks: BenchmarkGroup, register_group and the dbtest command."""
