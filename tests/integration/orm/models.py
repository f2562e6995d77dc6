"""The models of the ORM's tests, and their tables."""

import datetime as dt
from typing import Any

from data_bridge.postgres import Column, Table

TABLES = '''
CREATE TABLE users (
    id bigserial PRIMARY KEY,
    name text NOT NULL,
    email text,
    age integer NOT NULL,
    city text NOT NULL,
    score double precision NOT NULL,
    active boolean NOT NULL
);
CREATE TABLE "odd ""table""; --" (
    "the ""key""" bigserial PRIMARY KEY,
    "select" text NOT NULL,
    "note; DROP TABLE users" text
);
CREATE TABLE article (
    slug text PRIMARY KEY,
    title text NOT NULL,
    tags text[] NOT NULL,
    attributes jsonb,
    revision integer NOT NULL DEFAULT 7,
    created timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE nothing (id bigserial PRIMARY KEY);
'''


class User(Table):
    name: str
    email: str | None = None
    age: int = 0
    city: str = "NYC"
    score: float = 0.0
    active: bool = True

    class Settings:
        table_name = "users"


class Odd(Table):
    key: int | None = Column(primary_key=True, name='the "key"', default=None)
    select: str
    note: str | None = Column(name="note; DROP TABLE users", default=None)

    class Settings:
        table_name = 'odd "table"; --'


class Article(Table):
    slug: str = Column(primary_key=True)
    title: str
    tags: list[str] = Column(default_factory=list)
    attributes: dict[str, Any] | None = None
    revision: int = Column(server_default=True)
    created: dt.datetime = Column(server_default=True)


class Nothing(Table):
    pass


def new_user(n: int) -> User:
    """The row that the benchmarks' data has at this number."""
    return User(
        name=f"User{n}",
        email=f"user{n}@example.com",
        age=20 + n % 50,
        city=["NYC", "LA", "SF", "Chicago", "Boston"][n % 5],
        score=n * 1.5,
        active=n % 2 == 0,
    )
