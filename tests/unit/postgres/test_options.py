"""What `connect` takes: every option is described, and no other one passes unseen."""

import inspect
import re

import pytest

from data_bridge.postgres import create_pool, sync
from data_bridge.postgres.errors import InterfaceError
from data_bridge.postgres.options import ConnectionOptions, LibpqOptions, configure


def test_every_option_is_described() -> None:
    described = []
    for options in (LibpqOptions, ConnectionOptions):
        description = inspect.getdoc(options) or ""
        described += re.findall(r"^    (\w+):", description, re.MULTILINE)
    assert described == list(ConnectionOptions.__annotations__)


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(TypeError, match=r"no option 'passwort' .* did you mean 'password'"):
        create_pool(passwort="hunter2")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"no option 'xyz' of a connection$"):
        sync.connect(xyz=1)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("name", "ours"), [("dbname", "database"), ("ssl", "sslmode"), ("max_queries", "max_uses")]
)
def test_an_option_of_another_driver_has_a_name_here(name: str, ours: str) -> None:
    with pytest.raises(TypeError, match=f"no option '{name}' .* did you mean '{ours}'"):
        create_pool(**{name: 1})  # type: ignore[arg-type]


def test_what_is_no_text_is_refused_and_not_shown() -> None:
    with pytest.raises(InterfaceError, match=r"^password: expected str, not bytes$"):
        configure(None, {"user": "ann", "password": b"hunter2"})  # type: ignore[typeddict-item]
    with pytest.raises(InterfaceError, match=r"^host: expected str, not list; several"):
        configure(None, {"user": "ann", "host": ["db1", "db2"]})  # type: ignore[typeddict-item]


def test_an_option_left_out_is_one_that_is_none() -> None:
    configuration = configure(None, {"user": "ann", "host": None, "command_timeout": None})
    assert configuration.command_timeout is None
    assert repr(configuration.engine) == repr(configure(None, {"user": "ann"}).engine)


def test_the_password_is_in_no_repr() -> None:
    configuration = configure("postgresql://ann:hunter2@db/shop", {"password": "hunter3"})
    assert "hunter" not in repr(configuration)


DURATIONS = (
    "timeout",
    "command_timeout",
    "max_cached_statement_lifetime",
    "slow_query_seconds",
)


@pytest.mark.parametrize("name", DURATIONS)
@pytest.mark.parametrize("seconds", [-1, -0.001, float("nan"), float("-inf")])
def test_what_is_no_duration_is_refused(name: str, seconds: float) -> None:
    with pytest.raises(InterfaceError, match=f"^{name}={seconds} is no number of seconds$"):
        configure(None, {"user": "ann", name: seconds})  # type: ignore[misc]


@pytest.mark.parametrize("name", DURATIONS)
def test_a_duration_is_a_number(name: str) -> None:
    with pytest.raises(InterfaceError, match=f"^{name}: expected a number of seconds, not str$"):
        configure(None, {"user": "ann", name: "3"})  # type: ignore[misc]
    for seconds in (0, 0.5, float("inf"), None):
        configure(None, {"user": "ann", name: seconds})  # type: ignore[misc]
