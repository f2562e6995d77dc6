"""Settings of all tests."""

import os
import signal

from hypothesis import settings

# Started in the background by a shell, everything below ignores Ctrl-C, which some tests send.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Some tests are about pytest plugins.
pytest_plugins = ["pytester"]

# CI repeats the same examples, so that it fails for a change and not by chance; a person's runs
# keep looking for new ones. No deadline: a busy machine is slow, not wrong.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("person", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "person")
