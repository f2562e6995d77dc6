"""Which commits have results of the benchmarks as they are now."""

import ast
import importlib
import io
import itertools
import json
import math
import pkgutil
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks import machine, suites
from benchmarks.history.commit import ROOT, HistoryError
from benchmarks.statistic import Interval
from benchmarks.suites.profile import FULL, included
from benchmarks.suites.suite import Suite

CONFIGURATION = ROOT / "asv.conf.json"
# asv reads every file that ends in .json.
BROKEN = ".broken"

# A benchmark's name and the values of its parameters.
Series: TypeAlias = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class State:
    """What is known of a commit.

    Attributes:
        measured: benchmarks that have a result of their present version, good or not.
        good: those of them with a figure in it.
        wanted: how many benchmarks there are.
    """

    measured: int
    good: int
    wanted: int

    @property
    def complete(self) -> bool:
        """Whether nothing is left to measure."""
        return self.measured >= self.wanted

    @property
    def builds(self) -> bool:
        """Whether the package could be built and measured."""
        return self.good > 0


class Results:
    """The results of one machine in one environment.

    Args:
        machine: name of the machine.
        environment: what asv is asked for, as `virtualenv:3.13`.
        profile: whose benchmarks are wanted.

    Raises:
        LookupError: asv cannot make such an environment.
    """

    def __init__(self, machine: str, environment: str, profile: str) -> None:
        from asv.config import Config
        from asv.environment import get_environments

        configuration = Config.load(str(CONFIGURATION))
        names = [one.name for one in get_environments(configuration, [environment], verbose=False)]
        if not names:
            raise LookupError(f"asv finds no interpreter for {environment}")
        self.folder: Path = ROOT / configuration.results_dir
        self.machine = machine
        self.environment: str = names[0]
        self.pattern = pattern(profile)
        self.versions = {
            name: version for name, version in versions().items() if re.search(self.pattern, name)
        }

    def known(self) -> bool:
        """Whether the machine has results."""
        return (self.folder / self.machine).is_dir()

    def set_broken_aside(self) -> list[Path]:
        """Rename the result files that are no JSON, which asv would stop at; returns them."""
        found = []
        for path in sorted((self.folder / self.machine).glob("*.json")):
            try:
                json.loads(path.read_text())
            except ValueError:
                found.append(path.rename(path.with_suffix(BROKEN)))
        return found

    def path(self, commit: str) -> Path:
        """Where asv keeps a commit's results."""
        from asv.results import get_filename

        return self.folder / str(get_filename(self.machine, commit, self.environment))

    def state(self, commit: str) -> State:
        """What is known of a commit; a file that cannot be read counts as none."""
        found = self.load(commit)
        present = self.present(found) if found else []
        good = [name for name in present if has_figure(found, name)]
        return State(len(present), len(good), len(self.versions))

    def load(self, commit: str) -> Any:
        """A commit's results as asv has them; None if there are none that can be read."""
        from asv.results import Results as AsvResults
        from asv.util import UserError

        path = self.path(commit)
        if not path.exists():
            return None
        try:
            return AsvResults.load(str(path), machine_name=self.machine)
        except (UserError, ValueError, KeyError):
            return None

    def present(self, found: Any) -> list[str]:
        """The wanted benchmarks that have a result of their present version, good or not."""
        return [
            name
            for name in found.get_all_result_keys()
            if name in self.versions and found.benchmark_version.get(name) == self.versions[name]
        ]

    def figures(self, commit: str) -> dict[Series, float]:
        """All figures of a commit, by what they are of."""
        return {series: found.value for series, found in self.intervals(commit).items()}

    def intervals(self, commit: str) -> dict[Series, Interval]:
        """All figures of a commit, each with asv's 99 % interval where there is one."""
        found = self.load(commit)
        intervals: dict[Series, Interval] = {}
        for name in self.present(found) if found else ():
            parameters = found.get_result_params(name)
            values = found.get_result_value(name, parameters) or []
            known = found.get_result_stats(name, parameters) or []
            for combination, value, about in itertools.zip_longest(
                itertools.product(*parameters), values, known
            ):
                if combination is not None and is_figure(value):
                    series = name, tuple(ast.literal_eval(one) for one in combination)
                    bounds = about or {}
                    intervals[series] = Interval(
                        value, bounds.get("ci_99_a") or value, bounds.get("ci_99_b") or value
                    )
        return intervals


def kept(wanted: str | None) -> Results:
    """All results that a machine has, or this one if none is named.

    Raises:
        HistoryError: it has none.
        LookupError: it cannot have any.
    """
    environment = f"virtualenv:{sys.version_info.major}.{sys.version_info.minor}"
    results = Results(machine.named(wanted), environment, FULL)
    if not results.known():
        known = ", ".join(sorted(one.parent.name for one in results.folder.glob("*/machine.json")))
        raise HistoryError(
            f"machine {results.machine} has no results; choose one by --machine: {known or 'none'}"
        )
    return results


def has_figure(found: Any, name: str) -> bool:
    """Whether a result has at least one figure that is neither null nor NaN."""
    values = found.get_result_value(name, found.get_result_params(name)) or []
    return any(map(is_figure, values))


def is_figure(value: float | None) -> bool:
    """Whether asv has a number there: null is a failure, NaN what was passed over."""
    return value is not None and not math.isnan(value)


def pattern(profile: str) -> str:
    """What asv is to choose benchmarks by: those of a profile's suites."""
    for module in pkgutil.iter_modules(suites.__path__, f"{suites.__name__}."):
        importlib.import_module(module.name)
    names = [name for one in included(profile) for name in Suite.by_profile[one]]
    return rf"^({'|'.join(map(re.escape, sorted(names)))})\."


def thresholds() -> dict[str, float]:
    """The share by which a figure must grow to count, by a pattern of the benchmark's name."""
    from asv.config import Config

    configuration: Any = Config.load(str(CONFIGURATION))
    found: dict[str, float] = configuration.regressions_thresholds
    return found


def versions() -> dict[str, str]:
    """The benchmarks that asv finds, with the version of each."""
    from asv_runner.discovery import list_benchmarks

    output = io.StringIO()
    list_benchmarks(str(ROOT / "benchmarks"), output)
    return {benchmark["name"]: benchmark["version"] for benchmark in json.loads(output.getvalue())}
