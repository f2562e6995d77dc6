"""What frameworks log: a command's own lines are the ones that are read.

A framework whose connection was lost in the background writes a traceback to standard error where
no program has said what becomes of its log. What matters of it arrives as an exception.
"""

import logging

__all__ = ["keep_quiet"]


def keep_quiet() -> None:
    """Let nothing be printed that a framework logs."""
    logging.getLogger().addHandler(logging.NullHandler())
