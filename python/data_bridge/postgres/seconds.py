"""Options that are a number of seconds."""

from data_bridge.postgres.errors import InterfaceError

__all__ = ["check_seconds"]


def check_seconds(name: str, given: object) -> None:
    """Refuse what is no duration: negative, NaN, or no number. None is left to its option.

    Raises:
        InterfaceError: It is none; the error names the option.
    """
    if given is None:
        return
    if not isinstance(given, int | float):
        kind = type(given).__name__
        raise InterfaceError(f"{name}: expected a number of seconds, not {kind}")
    # Written so that NaN, which is neither less nor more, is refused, too.
    if not given >= 0:
        raise InterfaceError(f"{name}={given} is no number of seconds")
