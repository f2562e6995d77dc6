"""PostgreSQL for Python: the driver and the ORM."""
