"""Types that are read and written in a way of the program's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from data_bridge._engine import TypeCodec
from data_bridge.postgres.errors import InterfaceError

__all__ = ["FIND_TYPE", "CodecFormat", "TypeCodecMethods", "sought", "type_codec"]

#: In which form a codec's functions give and take values.
CodecFormat: TypeAlias = Literal["text", "binary"]

#: Asks and answers in bytea, so that no codec of the program's own for texts stands in the way.
FIND_TYPE = """
SELECT pg_catalog.convert_to(pg_catalog.concat_ws(
    E'\\n', t.oid, t.typtype, COALESCE(p.proname, '-'), pg_catalog.format_type(t.oid, NULL)
), 'UTF8')
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_proc p ON p.oid = t.typreceive
WHERE t.typname = pg_catalog.convert_from($1::bytea, 'UTF8')
AND CASE WHEN $2::bytea IS NULL THEN pg_catalog.pg_type_is_visible(t.oid)
    ELSE n.nspname = pg_catalog.convert_from($2::bytea, 'UTF8') END
"""


def sought(typename: str, schema: str | None) -> tuple[bytes, bytes | None]:
    """The arguments of `FIND_TYPE`."""
    return typename.encode(), None if schema is None else schema.encode()


def type_codec(
    found: bytes | None,
    typename: str,
    schema: str | None,
    encoder: Callable[[Any], Any] | None = None,
    decoder: Callable[[Any], Any] | None = None,
    form: CodecFormat = "text",
) -> TypeCodec:
    """The codec for a type that `FIND_TYPE` has found.

    Raises:
        InterfaceError: There is no such type, it is a domain, or the format is none.
    """
    if form not in ("text", "binary"):
        raise InterfaceError(f"format={form!r}: expected 'text' or 'binary'")
    if found is None:
        place = "the search path" if schema is None else f"schema {schema!r}"
        raise InterfaceError(
            f"there is no type {typename!r} in {place}; "
            "types are named as in pg_type: int4, timestamptz"
        )
    oid, kind, receive, name = found.decode().split("\n", 3)
    if kind == "d":
        raise InterfaceError(
            f"{typename!r} is a domain, and its values come as those of the type below: "
            "set the codec of that"
        )
    return TypeCodec(int(oid), name, receive, encoder, decoder, binary=form == "binary")


class TypeCodecMethods:
    """Types read and written in a way of the program's own; a pool's are all its connections'."""

    __slots__ = ()

    async def _find_type(self, typename: str, schema: str | None) -> bytes | None:
        raise NotImplementedError

    def _set_type_codec(self, codec: TypeCodec) -> None:
        raise NotImplementedError

    def _reload_types(self) -> None:
        raise NotImplementedError

    async def set_type_codec(
        self,
        typename: str,
        *,
        schema: str | None = None,
        encoder: Callable[[Any], Any],
        decoder: Callable[[Any], Any],
        format: CodecFormat = "text",  # noqa: A002  The word that others use for it, too.
    ) -> None:
        """Have values of a type read and written by two functions, inside arrays and others, too.

        On a pool it is for all its connections, those to come as well. Statements that were
        prepared before are described anew.

        Args:
            typename: The type's name, as `pg_type` has it: `jsonb`, `numeric`, `mood`.
            schema: Its schema; found by the search path when None.
            encoder: Makes what is sent of a parameter's value: a str (or bytes that are UTF-8), or
                the bytes of the type's binary form.
            decoder: Makes a value of what came: a str, or bytes.
            format: "text" for the type's text form, "binary" for its binary form.

        Raises:
            InterfaceError: There is no such type, or it is a domain.
        """
        found = await self._find_type(typename, schema)
        self._set_type_codec(type_codec(found, typename, schema, encoder, decoder, format))

    async def reset_type_codec(self, typename: str, *, schema: str | None = None) -> None:
        """Have values of a type read and written as usual again."""
        found = await self._find_type(typename, schema)
        self._set_type_codec(type_codec(found, typename, schema))

    async def reload_types(self) -> None:
        """Ask about the database's own types anew, after attributes were renamed for example."""
        self._reload_types()
