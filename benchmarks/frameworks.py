"""Which frameworks there are, and which of them can run here."""

import importlib
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.adapters.adapter import Adapter

FOLDER = Path(__file__).parent / "adapters"
# The order of columns; a new framework comes last before the floor.
ORDER = (
    "data_bridge_orm",
    "data_bridge_driver",
    "data_bridge_sync",
    "asyncpg",
    "psycopg_async",
    "psqlpy",
    "fastpg",
    "sqlalchemy",
    "sqlalchemy_core",
    "tortoise",
    "piccolo",
    "oxyde",
    "psycopg2",
    "psycopg",
    "floor",
)
# Modules of the folder that are no frameworks.
PARTS = {"adapter", "reading", "statements", "wire"}


class UnknownFrameworkError(Exception):
    """There is no adapter of that name. The message is one line that names those there are."""


class MissingFrameworkError(Exception):
    """An adapter cannot run here. The message is one line that says why."""


def names() -> list[str]:
    """All frameworks that have an adapter, whether they can run here or not."""
    found = {path.stem for path in FOLDER.glob("*.py")} - PARTS
    new = sorted(found - set(ORDER))
    *known, floor = (name for name in ORDER if name in found)
    return [*known, *new, floor]


def select(wanted: Sequence[str]) -> list[str]:
    """The frameworks of a list, in the order of columns; `-` and `_` are the same.

    Raises:
        UnknownFrameworkError: one of them has no adapter.
    """
    known = names()
    chosen = [name.strip().replace("-", "_") for name in wanted]
    for name in chosen:
        if name not in known:
            raise UnknownFrameworkError(
                f"there is no framework {name!r}; choose from {', '.join(known)}"
            )
    return [name for name in known if name in chosen]


def load(name: str) -> type[Adapter]:
    """The adapter of a framework.

    Raises:
        MissingFrameworkError: it is not installed, or cannot run here.
    """
    try:
        adapter: type[Adapter] = importlib.import_module(f"benchmarks.adapters.{name}").ADAPTER
    except ImportError as error:
        module = (error.name or name).partition(".")[0]
        if module == "data_bridge":
            reason = f"this build of data-bridge lacks it ({error}); run make build-release"
        elif isinstance(error, ModuleNotFoundError):
            reason = f"{module} is not installed (pip install {distribution(name, module)})"
        else:
            reason = unusable(error)
        raise MissingFrameworkError(reason) from error
    except Exception as error:
        # A library may raise anything while it is imported, and must not take the others down.
        raise MissingFrameworkError(unusable(error)) from error
    reason_not = adapter.unavailable()
    if reason_not is not None:
        raise MissingFrameworkError(reason_not)
    return adapter


def distribution(name: str, module: str) -> str:
    """What to install for a module: the adapter's `package`, where that begins with its name."""
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    found = re.search(r'^    package = "(.+)"$', source, flags=re.MULTILINE)
    return found[1] if found and found[1].startswith(module) else module


def unusable(error: Exception) -> str:
    """Why an installed framework cannot be used, in one line."""
    return f"it cannot be imported here ({type(error).__name__}: {' '.join(str(error).split())})"


def package_version(adapter: type[Adapter]) -> str:
    """The version of a framework's distribution."""
    try:
        return version(adapter.package)
    except PackageNotFoundError:
        return "unknown"
