"""A process of a study's own: started, bounded in time, and its answer read."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class ChildError(Exception):
    """A process failed, or did not end. The message is one line: its last."""


def answer(arguments: Sequence[str], seconds: float) -> dict[str, Any]:
    """Run Python with these arguments to its end; returns the JSON that it printed last.

    Raises:
        ChildError: it failed, or was killed since it took too long.
    """
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ChildError(f"its process took more than {seconds:.0f} s") from None
    if done.returncode:
        words = done.stderr.strip().splitlines()
        raise ChildError(words[-1] if words else f"its process ended with {done.returncode}")
    lines = done.stdout.splitlines() or [""]
    try:
        found: dict[str, Any] = json.loads(lines[-1])
    except ValueError:
        raise ChildError("its process printed no answer") from None
    return found
