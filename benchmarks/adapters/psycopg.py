"""psycopg 3, synchronous: the other driver that the sync API is compared with."""

from collections.abc import Sequence

import psycopg

from benchmarks.adapters.adapter import POOL_MAX, POOL_MIN, Adapter
from benchmarks.adapters.reading import read_positions
from benchmarks.data import Row, StoredRow


class PsycopgAdapter(Adapter):
    """One connection and no pool, which is the quickest that psycopg has."""

    title = "psycopg"
    package = "psycopg"
    kind = "sync"
    table = "bench_psycopg"

    def open(self, dsn: str, smallest: int = POOL_MIN, largest: int = POOL_MAX) -> None:
        self.connection = psycopg.connect(dsn, autocommit=True)

    def close(self) -> None:
        self.connection.close()

    def values(self, row: StoredRow) -> StoredRow:
        return row

    def insert_one(self, row: Row) -> int:
        cursor = self.connection.execute(
            "INSERT INTO bench_psycopg (name, email, age, city, score, active)"
            " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
            row,
        )
        identifier: int
        (identifier,) = cursor.fetchone() or (0,)
        return identifier

    def insert_many_by_executemany(self, rows: Sequence[Row]) -> int:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO bench_psycopg (name, email, age, city, score, active)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                rows,
            )
            return cursor.rowcount

    def insert_many_by_copy(self, rows: Sequence[Row]) -> int:
        with self.connection.cursor() as cursor:
            with cursor.copy(
                "COPY bench_psycopg (name, email, age, city, score, active) FROM STDIN"
            ) as copy:
                for row in rows:
                    copy.write_row(row)
            return cursor.rowcount

    def find_one(self, identifier: int) -> tuple[object, ...] | None:
        row = self.connection.execute(
            "SELECT id, name, email, age, city, score, active FROM bench_psycopg WHERE id = %s",
            (identifier,),
            binary=True,
        ).fetchone()
        read_positions([row])
        return row

    def find_many(self, above: int, limit: int) -> list[tuple[object, ...]]:
        rows = self.connection.execute(
            "SELECT id, name, email, age, city, score, active FROM bench_psycopg"
            " WHERE age > %s LIMIT %s",
            (above, limit),
            binary=True,
        ).fetchall()
        read_positions(rows)
        return rows

    def count(self, above: int) -> int:
        cursor = self.connection.execute(
            "SELECT count(*) FROM bench_psycopg WHERE age > %s", (above,)
        )
        number: int
        (number,) = cursor.fetchone() or (0,)
        return number

    def update_one(self, identifier: int, score: float) -> int:
        return self.connection.execute(
            "UPDATE bench_psycopg SET score = %s WHERE id = %s", (score, identifier)
        ).rowcount

    def update_many(self, above: int) -> int:
        return self.connection.execute(
            "UPDATE bench_psycopg SET active = %s WHERE age > %s", (False, above)
        ).rowcount

    def update_each_by_executemany(self, changes: Sequence[tuple[int, float]]) -> int:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE bench_psycopg SET score = %(score)s WHERE id = %(id)s",
                [{"id": identifier, "score": score} for identifier, score in changes],
            )
            return cursor.rowcount

    def update_each_by_unnest(self, changes: Sequence[tuple[int, float]]) -> int:
        identifiers, scores = zip(*changes, strict=True)
        return self.connection.execute(
            "UPDATE bench_psycopg SET score = change.score"
            " FROM unnest(%s::bigint[], %s::float8[]) AS change (id, score)"
            " WHERE bench_psycopg.id = change.id",
            (list(identifiers), list(scores)),
        ).rowcount

    def delete_many(self, above: int) -> int:
        return self.connection.execute(
            "DELETE FROM bench_psycopg WHERE age > %s", (above,)
        ).rowcount

    def transaction(self, row: Row, identifier: int, score: float) -> tuple[int, float]:
        with self.connection.transaction():
            inserted = self.insert_one(row)
            self.update_one(identifier, score)
            cursor = self.connection.execute(
                "SELECT score FROM bench_psycopg WHERE id = %s", (identifier,)
            )
            (found,) = cursor.fetchone() or (0.0,)
        return inserted, found


ADAPTER = PsycopgAdapter
