"""The benchmarks of data-bridge: their database, an adapter for each framework, asv's suites."""
