"""Why nothing may be recorded now, in one line that says what to do."""

from benchmarks import provenance
from benchmarks.history.commit import listed


class RefusalError(Exception):
    """What would be measured is not what its name would say. The message is one line."""


def require_recordable() -> None:
    """See to it that figures belong to the commit, and to an engine that was built from it.

    Raises:
        RefusalError: they would not.
    """
    if provenance.commit().identifier == provenance.UNKNOWN:
        raise RefusalError("there is no commit that figures could belong to; clone the repository")
    changed = provenance.changes()
    if changed:
        raise RefusalError(
            f"{listed(changed)} differ from the commit that the figures would belong to; "
            "commit first"
        )
    try:
        debug, outdated = provenance.debug_build(), provenance.outdated_build()
    except ImportError as error:
        raise RefusalError("data-bridge is not built; run make build-release") from error
    if debug:
        raise RefusalError("data-bridge is built for tests, and slow; run make build-release")
    if outdated:
        raise RefusalError("data-bridge is older than its sources; run make build-release")


def require_unchanged(commit: str) -> None:
    """See to it that the tree is still that of a commit: some figures come from new processes.

    Raises:
        RefusalError: somebody changed it meanwhile.
    """
    changed = provenance.changes(since=commit)
    if changed:
        raise RefusalError(f"{listed(changed)} changed while {commit[:8]} was measured; undo that")
