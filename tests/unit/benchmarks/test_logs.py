"""What frameworks log stays out of a command's lines."""

import subprocess
import sys


def test_nothing_that_is_logged_is_printed() -> None:
    program = (
        "import logging\n"
        "from benchmarks import logs\n"
        "logging.getLogger('before').error('seen')\n"
        "logs.keep_quiet()\n"
        "logging.getLogger('after').error('not seen')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "seen\n")
