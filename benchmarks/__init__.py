"""The benchmarks of data-bridge: the database they run on, the adapters of each framework, and the suites that asv runs."""
