"""The `__init__` of a model, generated so that it is as quick as one written by hand."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from data_bridge.postgres.column import MISSING

if TYPE_CHECKING:
    from data_bridge.postgres.definition import Definition


def constructor(definition: "Definition") -> Callable[..., None]:
    """Write and compile `__init__(self, *, id=None, name, age=0)` for a model's columns.

    It stores into the slots directly, past `__setattr__`, since nothing has changed yet. Unknown
    and missing arguments are refused by Python itself, with a TypeError that names them.
    """
    names: dict[str, Any] = {"_MISSING": MISSING, "_NEW": definition.NEW}
    names["_set_changes"] = definition.set_changes
    arguments = []
    lines = []
    for column in definition.columns:
        # Attributes of columns never start with an underscore, so these names are free.
        attribute = column.attribute
        names[f"_set_{attribute}"] = definition.setters[attribute]
        options = column.options
        if options.default_factory is not None:
            names[f"_new_{attribute}"] = options.default_factory
            arguments.append(f"{attribute}=_MISSING")
            value = f"_new_{attribute}() if {attribute} is _MISSING else {attribute}"
            lines.append(f"_set_{attribute}(_self, {value})")
        elif options.server_default:
            arguments.append(f"{attribute}=_MISSING")
            lines.append(f"if {attribute} is not _MISSING: _set_{attribute}(_self, {attribute})")
        else:
            if options.default is MISSING:
                arguments.append(attribute)
            else:
                names[f"_default_{attribute}"] = options.default
                arguments.append(f"{attribute}=_default_{attribute}")
            lines.append(f"_set_{attribute}(_self, {attribute})")
    lines.append("_set_changes(_self, _NEW)")
    body = "\n    ".join(lines)
    source = f"def __init__(_self, *, {', '.join(arguments)}):\n    {body}\n"
    code = compile(source, f"<__init__ of {definition.model.__name__}>", "exec")
    exec(code, names)  # noqa: S102 (made of identifiers alone, which a class body was made of)
    function: Callable[..., None] = names["__init__"]
    function.__qualname__ = f"{definition.model.__qualname__}.__init__"
    function.__module__ = definition.model.__module__
    return function
