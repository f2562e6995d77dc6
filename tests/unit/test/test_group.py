from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from data_bridge.test import BenchmarkGroup, register_group
from data_bridge.test.group import registered_groups


def test_add_returns_the_function_itself() -> None:
    group = BenchmarkGroup("Insert One")

    def insert() -> int:
        return 1

    assert group.add("ours")(insert) is insert
    assert group.implementations["ours"].function is insert


def test_groups_belong_to_the_module_that_registers_them() -> None:
    group = BenchmarkGroup("Insert One")
    here: dict[str, object] = {"__name__": "bench_here", "register_group": register_group}
    there: dict[str, object] = {"__name__": "bench_there"}
    exec("def register(group): register_group(group)", here)
    here["register"](group)  # type: ignore[operator] # the function defined above

    assert registered_groups(here) == [group]
    assert registered_groups(there) == []


def test_two_groups_of_one_name_are_refused() -> None:
    namespace: dict[str, object] = {
        "__name__": "bench_twice",
        "register_group": register_group,
        "group": BenchmarkGroup("Insert One"),
    }
    exec("register_group(group)", namespace)
    with pytest.raises(ValueError, match="bench_twice registers two groups called 'Insert One'"):
        exec("register_group(group)", namespace)


def test_two_implementations_of_one_name_are_refused() -> None:
    group = BenchmarkGroup("Insert One")
    group.add("ours")(lambda: None)
    with pytest.raises(ValueError, match="'Insert One' has two implementations called 'ours'"):
        group.add("ours")(lambda: None)


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "a::b"])
def test_names_that_no_command_line_could_give_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="one line of text"):
        BenchmarkGroup(name)


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", 3, None, lambda: None])
def test_so_are_such_names_of_implementations(name: Any) -> None:
    with pytest.raises(ValueError, match="an implementation's name is one line of text, not"):
        BenchmarkGroup("Insert One").add(name)


@pytest.mark.parametrize("what", ["setup", "check", "setup_round", "teardown_round"])
def test_what_yields_is_refused_for_nothing_of_it_would_run(what: str) -> None:
    def yielding() -> Iterator[None]:
        yield

    async def yielding_asynchronously() -> AsyncIterator[None]:
        yield

    group = BenchmarkGroup("Insert One")
    for function in (yielding, yielding_asynchronously):
        with pytest.raises(TypeError, match=f"the {what} of 'Insert One', 'ours', has a yield"):
            group.add("ours", **{what: function})
        with pytest.raises(TypeError, match="'Insert One', 'ours', has a yield"):
            group.add("ours")(function)
    assert group.implementations == {}


def test_a_batch_has_at_least_one_row() -> None:
    with pytest.raises(ValueError, match="from 1 up, not 0"):
        BenchmarkGroup("Insert", batch=0)


def test_a_batch_that_is_no_parameter_is_refused_when_the_group_is_registered() -> None:
    with pytest.raises(ValueError, match="the batch of 'Insert' is 'rows', no parameter of it"):
        register_group(BenchmarkGroup("Insert", batch="rows"))


def test_so_are_the_setup_and_the_teardown_of_a_round_that_are_no_python() -> None:
    with pytest.raises(ValueError, match="the setup_round of 'Insert One', 'ours' is no Python"):
        BenchmarkGroup("Insert One").add("ours", setup_round="await (")
    with pytest.raises(ValueError, match="the teardown_round of 'Insert One', 'ours' is no"):
        BenchmarkGroup("Insert One").add("ours", teardown_round="await (")


def test_a_setup_that_is_no_python_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="the setup of 'Insert One', 'ours' is no Python"):
        BenchmarkGroup("Insert One").add("ours", setup="await (")
