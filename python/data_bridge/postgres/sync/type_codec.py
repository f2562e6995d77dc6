"""Types that are read and written in a way of the program's own, for threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from data_bridge._engine import TypeCodec
from data_bridge.postgres.type_codec import CodecFormat, type_codec

__all__ = ["TypeCodecMethods"]


class TypeCodecMethods:
    """Types read and written in a way of the program's own; a pool's are all its connections'."""

    __slots__ = ()

    def _find_type(self, typename: str, schema: str | None) -> bytes | None:
        raise NotImplementedError

    def _set_type_codec(self, codec: TypeCodec) -> None:
        raise NotImplementedError

    def _reload_types(self) -> None:
        raise NotImplementedError

    def set_type_codec(
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
        found = self._find_type(typename, schema)
        self._set_type_codec(type_codec(found, typename, schema, encoder, decoder, format))

    def reset_type_codec(self, typename: str, *, schema: str | None = None) -> None:
        """Have values of a type read and written as usual again."""
        found = self._find_type(typename, schema)
        self._set_type_codec(type_codec(found, typename, schema))

    def reload_types(self) -> None:
        """Ask about the database's own types anew, after attributes were renamed for example."""
        self._reload_types()
