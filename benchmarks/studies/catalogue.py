"""All studies, in the order in which they are run and shown.

The folder has no `__init__.py`, on purpose: asv imports every module of a package, and some of
these need what it does not install.
"""

from benchmarks.studies.startup import Startup
from benchmarks.studies.study import Study

STUDIES: tuple[Study, ...] = (Startup(),)
BY_NAME = {study.name: study for study in STUDIES}
