"""Unprepared statements, to be compared with `find_one`, where everybody prepares.

Each framework does without prepared statements by the means that its documentation names; the
server then parses and plans each time, and some frameworks need a round trip more.
"""

from benchmarks import data
from benchmarks.operations.basic import spread
from benchmarks.operations.judging import found_one
from benchmarks.operations.operation import Operation

OPERATIONS = (
    Operation(
        name="find_one_unprepared",
        title="Find one by id, unprepared",
        method="find_one_unprepared",
        family="prepared",
        batch=1,
        calls=150,
        rounds=50,
        changes=False,
        arguments=lambda k: (spread(k),),
        expected=lambda k: data.stored(spread(k)),
        judge=found_one,
    ),
)
