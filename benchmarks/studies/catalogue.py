"""All studies, in the order in which they are run and shown.

The folder has no `__init__.py`, on purpose: asv imports every module of a package, and some of
these need what it does not install.
"""

from benchmarks.studies.growth import Growth
from benchmarks.studies.load import Load
from benchmarks.studies.memory import Memory
from benchmarks.studies.pool import PoolSize
from benchmarks.studies.stall import Stall
from benchmarks.studies.startup import Startup
from benchmarks.studies.study import Study
from benchmarks.studies.threads import Threads
from benchmarks.studies.transport import Transport

STUDIES: tuple[Study, ...] = (
    Growth(),
    PoolSize(),
    Load(),
    Threads(),
    Memory(),
    Stall(),
    Transport(),
    Startup(),
)
BY_NAME = {study.name: study for study in STUDIES}
