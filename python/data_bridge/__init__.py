"""data-bridge: a fast PostgreSQL client and ORM for Python."""

from data_bridge._engine import __version__

__all__ = ["__version__"]
