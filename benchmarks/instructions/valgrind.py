"""Valgrind's command, and the counts that it writes."""

import re
import shutil
from pathlib import Path

from benchmarks.instructions.plan import Plan

TOTALS = re.compile(r"^totals: (\d+)$", re.MULTILINE)


class InstructionsError(Exception):
    """Instructions cannot be counted. The message is one line that says why."""


def command(output: Path) -> list[str]:
    """The words before those of the program that valgrind runs.

    Args:
        output: the file that ends with the program; the dumps before it have `.1`, `.2` behind it.

    Raises:
        InstructionsError: valgrind is not installed.
    """
    found = shutil.which("valgrind")
    if found is None:
        raise InstructionsError("valgrind is not installed; install it (apt-get install valgrind)")
    return [
        found,
        "--tool=callgrind",
        # Loading Python and the package takes three times as long when it is counted.
        "--instr-atstart=no",
        "--quiet",
        # No debugger is wanted, and no files for one in the temporary directory.
        "--vgdb=no",
        "--dump-line=no",
        f"--callgrind-out-file={output}",
    ]


def per_call(output: Path, plan: Plan) -> int:
    """The instructions of one call, from the dumps of all batches.

    Raises:
        InstructionsError: there are not as many dumps as there were batches.
    """
    batches = list(plan.batches())
    least: dict[str, int] = {}
    for number, batch in enumerate(batches, start=1):
        try:
            text = output.with_name(f"{output.name}.{number}").read_text()
            total = int(TOTALS.findall(text)[0])
        except (OSError, IndexError):
            raise InstructionsError("valgrind did not write what it counted") from None
        least[batch.kind] = min(total, least.get(batch.kind, total))
    return round((least["long"] - least["short"]) / plan.calls)
