"""Values of types that the driver does not know."""

from __future__ import annotations

from typing import Any, Self

__all__ = ["Unknown"]


class Unknown(str):
    """The server's own text of a value whose type the driver does not know.

    It is a str, and as a parameter sent as the text that it is. `Connection.set_type_codec` says
    how values of the type are to be read instead.
    """

    __slots__ = ("type_name",)

    #: The name of the type, as the server writes it.
    type_name: str

    def __new__(cls, text: str, type_name: str) -> Self:
        """Mark a text as a value of a type."""
        self = super().__new__(cls, text)
        self.type_name = type_name
        return self

    def __repr__(self) -> str:
        return f"Unknown({super().__repr__()}, {self.type_name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.type_name)
