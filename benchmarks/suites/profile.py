"""How thoroughly a commit is measured: which suites, and how many rounds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """A choice between a result soon and a result that says more.

    Attributes:
        rounds: of each operation, as a share of those of a full comparison.
        promise: what a commit takes, for people who choose.
    """

    rounds: float
    promise: str


# Each holds the suites of those before it. The time is that of one commit, the build included.
PROFILES = {
    "quick": Profile(0.3, "what every commit has: under 3 minutes"),
    "regular": Profile(0.5, "all operations but the rare ones: under 10 minutes"),
    "full": Profile(1.0, "everything, with all frameworks"),
}
QUICK, REGULAR, FULL = PROFILES


def included(profile: str) -> set[str]:
    """The profiles whose suites belong to a profile."""
    names = list(PROFILES)
    return set(names[: names.index(profile) + 1])
