import pytest

from benchmarks.comparison.choice import (
    LEAST_ROUNDS,
    UnknownOperationError,
    chosen_frameworks,
    chosen_operations,
    rounds_of,
)
from benchmarks.operations import BASIC, BY_NAME, OPERATIONS


def names(words: str) -> list[str]:
    return [operation.name for operation in chosen_operations(words)]


def test_operations_are_chosen_by_name_or_by_a_part_of_it() -> None:
    assert names("") == [operation.name for operation in BASIC]
    assert names("insert_1000, count") == ["insert_1000", "count"]
    assert names("update_") == ["update_one", "update_many", "update_each"]


def test_a_family_is_chosen_whole() -> None:
    assert names("types") == [one.name for one in OPERATIONS if one.family == "types"]
    assert names("basic") == names("")
    assert names("all") == [operation.name for operation in OPERATIONS]
    # A family and an operation of another one have the same name.
    assert {"transaction", "transaction_10", "savepoints"} <= set(names("transaction"))


def test_an_unknown_operation_is_named_with_those_there_are() -> None:
    with pytest.raises(
        UnknownOperationError,
        match=r"no operation 'fly'; choose from the families basic, .*, or from insert_one",
    ):
        chosen_operations("find,fly")


def test_a_framework_asked_for_by_name_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.frameworks.load", lambda name: name)
    assert chosen_frameworks("asyncpg") == ["asyncpg"]
    assert len(chosen_frameworks("")) > 5


def test_a_profile_has_its_share_of_the_rounds() -> None:
    find_one = BY_NAME["find_one"]
    assert rounds_of(find_one, "full") == find_one.rounds
    assert rounds_of(find_one, "quick") < rounds_of(find_one, "regular") < find_one.rounds
    assert rounds_of(BY_NAME["insert_10000"], "quick") == LEAST_ROUNDS
