"""Names of a package that are imported when somebody first asks for them.

A program that only connects does not wait for the rest to be loaded.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["at_first_use"]


def at_first_use(
    package: str, public: Iterable[str], modules: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """What a package has as its `__getattr__` and `__dir__`.

    Args:
        package: Its name.
        public: Its `__all__`.
        modules: The names that are imported at their first use, with each one's module; a module
            that is to be had itself has an empty string there.
    """

    def get(name: str) -> Any:
        try:
            module = modules[name]
        except KeyError:
            problem = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(problem, name=name) from None
        found = import_module(f"{package}.{module or name}")
        value = getattr(found, name) if module else found
        # It is found without this from now on.
        setattr(import_module(package), name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(import_module(package)), *public})

    return get, names
