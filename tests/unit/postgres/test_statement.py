from data_bridge.postgres import statement
from data_bridge.postgres.column import Column
from data_bridge.postgres.model import Table


class User(Table):
    name: str
    age: int = Column(name="years", type="integer")
    tags: list[int]


definition = User._definition
key, name, age, tags = definition.columns


def test_insert() -> None:
    assert statement.insert(definition, (name, age), (key,)).sql == (
        'INSERT INTO "user" ("name", "years") VALUES ($1, $2) RETURNING "id"'
    )
    assert statement.insert(definition, (), (key, age)).sql == (
        'INSERT INTO "user" DEFAULT VALUES RETURNING "id", "years"'
    )


def test_insert_of_many_rows() -> None:
    arrays = statement.insert_each(definition, (name, age), (key,), None)
    assert arrays.sql == (
        'INSERT INTO "user" ("name", "years")'
        ' (SELECT unnest($1::text[]), unnest($2::integer[])) RETURNING "id"'
    )
    singly = statement.insert_each(definition, (name, tags), (key,), 2)
    assert singly.sql == (
        'INSERT INTO "user" ("name", "tags")'
        ' (VALUES ($1::text, $2::bigint[]), ($3, $4)) RETURNING "id"'
    )
    assert singly.parameters == (name, tags)


def test_update() -> None:
    found = statement.update(definition, (name, age), definition.key_shape)
    assert found.sql == 'UPDATE "user" SET "name" = $1, "years" = $2 WHERE "id" = $3'
    assert found.parameters == (name, age, key)


def test_update_of_many_rows() -> None:
    arrays = statement.update_each(definition, (key, name, age), None)
    assert arrays.sql == (
        'UPDATE "user" AS "target" SET "name" = "given"."name", "years" = "given"."years"'
        " FROM (SELECT unnest($1::bigint[]), unnest($2::text[]), unnest($3::integer[]))"
        ' AS "given" ("id", "name", "years")'
        ' WHERE "target"."id" = "given"."id"'
    )


def test_delete() -> None:
    assert (
        statement.delete(definition, definition.key_shape).sql
        == 'DELETE FROM "user" WHERE "id" = $1'
    )
    assert statement.delete(definition, None).sql == 'DELETE FROM "user"'
