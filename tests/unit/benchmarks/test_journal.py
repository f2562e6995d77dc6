from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.figure import Failure, Figure
from benchmarks.journal import Journal, JournalError, Writer, load, path_of

from .comparisons import RUN

FIND = Figure("operations", "find_one", "asyncpg", "", "wall", "s", [1e-5, 2e-5])
GROWTH = Figure("growth", "insert", "asyncpg", "copy", "wall", "s", [1.0], {"rows": 1000})
BROKEN = Failure("operations", "find_one", "fastpg", "", "wrong rows")


def begun(folder: Path) -> Writer:
    writer = Writer(folder, RUN)
    writer.figure(FIND)
    writer.failure(BROKEN)
    writer.subject_done("operations", "find_one")
    writer.figure(GROWTH)
    return writer


def whole(folder: Path) -> Path:
    writer = begun(folder)
    writer.subject_done("growth", "insert")
    return writer.finish()


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = whole(tmp_path)
    assert path == path_of(tmp_path, RUN) == tmp_path / "some-machine" / "01234567-asyncio.jsonl"
    done = [("operations", "find_one"), ("growth", "insert")]
    assert load(path) == Journal(RUN, [FIND, GROWTH], [BROKEN], done, whole=True)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_figures_are_told_apart_by_what_they_measure(tmp_path: Path) -> None:
    assert FIND.key != replace(FIND, metric="cpu").key
    assert GROWTH.key != replace(GROWTH, parameters={"rows": 10}).key
    assert FIND.lower_is_better
    assert not replace(FIND, unit="1/s").lower_is_better


def test_a_subject_that_was_interrupted_does_not_count(tmp_path: Path) -> None:
    writer = begun(tmp_path)
    writer.close()
    assert not path_of(tmp_path, RUN).exists()
    found = load(writer.path)
    assert (found.figures, found.done, found.whole) == (
        [FIND],
        [("operations", "find_one")],
        False,
    )


def test_the_next_run_goes_on_where_one_was_interrupted(tmp_path: Path) -> None:
    begun(tmp_path).close()
    writer = Writer(tmp_path, RUN)
    assert writer.done == [("operations", "find_one")]
    writer.figure(GROWTH)
    writer.subject_done("growth", "insert")
    assert load(writer.finish()).figures == [FIND, GROWTH]


def test_what_was_measured_under_other_conditions_is_not_mixed_in(tmp_path: Path) -> None:
    begun(tmp_path).close()
    with Writer(tmp_path, replace(RUN, server="17.0")) as writer:
        assert writer.done == []


def test_a_whole_run_is_not_gone_on_with(tmp_path: Path) -> None:
    whole(tmp_path)
    with Writer(tmp_path, RUN) as writer:
        assert writer.done == []
    assert load(path_of(tmp_path, RUN)).whole


@pytest.mark.parametrize("kept", [1, 40, 99])
def test_a_file_cut_short_gives_what_is_whole_in_it(tmp_path: Path, kept: int) -> None:
    path = whole(tmp_path)
    text = path.read_text()
    lines = text.splitlines(keepends=True)
    start = len(lines[0]) + 1
    path.write_text(text[: start + (len(text) - start - 1) * kept // 100])
    found = load(path)
    assert not found.whole
    assert set(found.done) >= {(one.study, one.subject) for one in found.figures}


@pytest.mark.parametrize(
    "text", ["", "\n", "nothing", "[]", '{"kind": "run", "format": 99}', '{"kind": "figure"}', "1"]
)
def test_what_is_no_journal_is_said_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "file.jsonl"
    path.write_text(text)
    with pytest.raises(JournalError, match=r"^file\.jsonl is not a journal of format 1$"):
        load(path)


def test_a_file_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"^none\.jsonl cannot be read"):
        load(tmp_path / "none.jsonl")


def test_a_full_disk_is_said_and_keeps_what_was_kept(tmp_path: Path) -> None:
    begun(tmp_path).close()
    kept = tmp_path / "some-machine" / "01234567-asyncio.part"
    before = kept.read_text()
    kept.with_suffix(".new").symlink_to("/dev/full")
    with pytest.raises(JournalError, match="No space left on device"):
        Writer(tmp_path, RUN)
    assert kept.read_text() == before
