"""Settings of all tests."""

import os

from hypothesis import settings

# Some tests are about pytest plugins.
pytest_plugins = ["pytester"]

# CI repeats the same examples, so that it fails for a change and not by chance; a person's runs
# keep looking for new ones. No deadline: a busy machine is slow, not wrong.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("person", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "person")
