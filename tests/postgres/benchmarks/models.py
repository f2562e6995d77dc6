"""The models of the benchmarks' tables, for benchmarks that speak of columns."""

from benchmarks.adapters.data_bridge_orm import User as DBUser
from benchmarks.adapters.sqlalchemy import User as SQLAlchemyUser

__all__ = ["DBUser", "SQLAlchemyUser"]
