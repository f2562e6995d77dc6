"""The name under which asv keeps a machine's results: what it is, and never its host name."""

import platform
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def neutral_name() -> str:
    """A name from processor, number of cores and architecture: `amd-epyc-7b13-2-cores-x86-64`."""
    found = description()
    words = f"{found['cpu'] or 'cpu'} {found['num_cpu']} cores {found['arch']}"
    words = re.sub(r"\((?:r|tm|c)\)|\bcpu\b|\bprocessor\b|@.*?GHz", " ", words, flags=re.IGNORECASE)
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def named(wanted: str | None) -> str:
    """The name to keep results under: the one that is wanted, or else that of this machine.

    Raises:
        LookupError: the wanted one cannot be the name of a folder in results/.
    """
    if wanted is None:
        return neutral_name()
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", wanted):
        raise LookupError(f"a machine is named by letters, digits, -, _ and ., not {wanted!r}")
    return wanted


def description() -> dict[str, str]:
    """What asv finds out about this machine; without its release, which any update changes."""
    from asv.machine import Machine

    found: dict[str, str] = Machine.get_defaults()
    return {name: found[name] for name in ("arch", "cpu", "num_cpu", "ram")} | {
        "os": platform.system()
    }


def register(name: str) -> None:
    """Tell asv about this machine; its file in the home directory knows machines by name.

    Raises:
        subprocess.CalledProcessError: asv refuses; its message is in `stderr`.
    """
    command = [sys.executable, "-m", "asv", "machine", "--yes", "--machine", name]
    for key, value in description().items():
        command += [f"--{key}", value]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
