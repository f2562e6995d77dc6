//! The `PostgreSQL` engine of data-bridge: all that is `PostgreSQL`, nothing that is Python.
