"""The engine as a module."""

from data_bridge import _engine


def test_it_says_how_it_was_built() -> None:
    # Which of the two is the build's own affair; that it is said at all is what others rely on.
    assert _engine.debug_build in {True, False}
    assert _engine.__version__
