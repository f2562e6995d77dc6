"""Write the classes of SQLSTATEs from PostgreSQL's own list: `make sqlstates`.

The names are those that asyncpg gives: a condition's name in CamelCase, with Error at its end.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "generate" / "errcodes.txt"
TARGET = ROOT / "python" / "data_bridge" / "postgres" / "sqlstates.py"
WIDTH = 100

#: Conditions that servers before PostgreSQL 18 report.
EARLIER = [("72000", "snapshot_too_old")]

#: Those whose own name is another's already, Python's, or one that says too little.
NAMES = {
    "08000": "PostgresConnectionError",
    "08001": "ClientCannotConnectError",
    "08004": "ConnectionRejectionError",
    "08006": "ConnectionFailureError",
    "22P01": "PostgresFloatingPointError",
    "38002": "ModifyingExternalRoutineSQLDataNotPermittedError",
    "38003": "ProhibitedExternalRoutineSQLStatementAttemptedError",
    "38004": "ReadingExternalRoutineSQLDataNotPermittedError",
    "39004": "NullValueInExternalRoutineNotAllowedError",
    "42000": "SyntaxOrAccessError",
    "42601": "PostgresSyntaxError",
    "58000": "PostgresSystemError",
    "58030": "PostgresIOError",
    "XX000": "InternalServerError",
}
UPPER = {"fdw": "FDW", "io": "IO", "plpgsql": "PLPGSQL", "sql": "SQL"}

#: What the most frequent ones mean, in the place of their name.
MEANINGS = {
    "08000": "no connection could be made, or it was lost",
    "08001": "no server answers there",
    "08004": "the server did not accept the connection",
    "08006": "the connection was lost",
    "0A000": "the server does not do that",
    "22000": "a value is not what its place wants",
    "22001": "a text is longer than its column",
    "22003": "a number beyond its type's range",
    "22P02": "a text that is no value of the type it is cast to",
    "23000": "a constraint was violated",
    "23001": "something still depends on the row",
    "23502": "NULL where none is allowed",
    "23503": "a row that refers to, or is referred to by, another",
    "23505": "a key that is there already",
    "23514": "a CHECK constraint said no",
    "23P01": "an exclusion constraint said no",
    "25000": "not allowed in the present state of the transaction",
    "25006": "a write in a read-only transaction",
    "25P02": "the transaction has failed and must end first",
    "28000": "the role may not connect",
    "28P01": "the password is wrong",
    "3D000": "there is no such database",
    "40000": "the server ended the transaction; it may be tried again",
    "40001": "a concurrent transaction was first; try it again",
    "40P01": "two transactions waited for each other; try it again",
    "42000": "the statement is wrong, or not allowed",
    "42501": "the role has no right to it",
    "42703": "there is no such column",
    "42883": "there is no such function or operator",
    "42P01": "there is no such table",
    "42P07": "the table is there already",
    "53000": "the server has run out of something",
    "53300": "the server takes no more connections",
    "55000": "the object is not in the state that this needs",
    "55006": "somebody uses it",
    "55P03": "somebody has locked it",
    "57000": "the server was told to stop this",
    "57014": "the statement was cancelled, or ran into statement_timeout",
    "57P01": "the session was ended by an administrator",
    "57P03": "the server is starting up or shutting down",
    "P0001": "RAISE in PL/pgSQL",
    "XX000": "a bug in the server, or damaged data",
}


@dataclass(frozen=True)
class Condition:
    """An error that the server can report.

    Attributes:
        sqlstate: The five characters of its code.
        name: What PL/pgSQL calls it.
    """

    sqlstate: str
    name: str

    @property
    def class_name(self) -> str:
        """The Python class that stands for it."""
        if self.sqlstate in NAMES:
            return NAMES[self.sqlstate]
        camel = "".join(UPPER.get(word, word.capitalize()) for word in self.name.split("_"))
        return re.sub(r"(?:Exception|Failure|Error)$", "", camel) + "Error"

    @property
    def meaning(self) -> str:
        """What it means, in words."""
        return MEANINGS.get(self.sqlstate, self.name.replace("_", " "))


def conditions(text: str) -> Iterator[Condition]:
    """The errors of PostgreSQL's list; a code's second and third names are left out.

    Args:
        text: The list, in the format that its head describes.
    """
    for line in text.splitlines():
        found = re.fullmatch(r"([0-9A-Z]{5})\s+E\s+\w+\s+(\w+)\s*", line)
        if found is not None:
            yield Condition(found[1], found[2])
    for sqlstate, name in EARLIER:
        yield Condition(sqlstate, name)


def definition(condition: Condition, parent: str) -> str:
    """The source of a condition's class."""
    head = f"class {condition.class_name}({parent}):"
    if len(head) > WIDTH:
        head = f"class {condition.class_name}(\n    {parent}\n):"
    return (
        f'{head}\n    """{condition.sqlstate}: {condition.meaning}."""\n\n'
        f'    sqlstate = "{condition.sqlstate}"\n'
    )


def rendered(text: str) -> str:
    """The module's source.

    Args:
        text: PostgreSQL's list.
    """
    found = {condition.sqlstate: condition for condition in conditions(text)}
    listed = sorted(found.values(), key=lambda c: (c.sqlstate[:2], c.sqlstate[2:]))
    names = "".join(f'    "{name}",\n' for name in sorted(c.class_name for c in listed))
    head = (
        '"""The errors of the server, a class for each SQLSTATE.\n\n'
        "Generated from PostgreSQL's own list by `make sqlstates`: change generate/sqlstates.py.\n"
        '"""\n\n'
        "from data_bridge.postgres.errors import PostgresError\n\n"
        f"__all__ = [\n{names}]\n"
    )
    classes = []
    for condition in listed:
        above = found.get(f"{condition.sqlstate[:2]}000", condition)
        parent = "PostgresError" if above is condition else above.class_name
        classes.append(definition(condition, parent))
    # Where users find them, and tracebacks and pickles name them.
    home = "for _name in __all__:\n    globals()[_name].__module__ = PostgresError.__module__\n"
    return "\n\n".join([head, *classes, home])


def main() -> None:
    """Write the module."""
    TARGET.write_text(rendered(SOURCE.read_text()))


if __name__ == "__main__":
    main()
