"""Files that are written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from data_bridge.test.report.destination import Destination, DestinationError


def to(path: Path) -> Destination:
    return Destination(str(path), "json")


def test_the_new_report_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("old")
    to(path).check()
    assert path.read_text() == "old"
    with path.open() as reader:
        to(path).write("new: é")
        # Whoever reads it meanwhile reads one of the two.
        assert reader.read() == "old"
    assert path.read_text(encoding="utf-8") == "new: é"
    assert list(tmp_path.iterdir()) == [path]
    # Readable for whom the umask lets read, as other files are.
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_an_interruption_while_writing_leaves_the_old_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.json"
    path.write_text("old")

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        to(path).write("new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_report_and_says_where_the_new_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DestinationError) as caught:
        to(path).write("new")
    words, _, rescued = str(caught.value).partition("; the report is in ")
    assert words == f"cannot write {path}: No space left on device"
    assert Path(rescued).read_text() == "new"
    assert rescued.endswith(".json")
    Path(rescued).unlink()
    assert path.read_text() == "old"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "run.json", tmp_path / "newest.json"
    path.write_text("old")
    link.symlink_to(path)
    to(link).write("new")
    assert link.is_symlink()
    assert path.read_text() == "new"


def test_a_device_is_written_to_and_not_replaced() -> None:
    to(Path(os.devnull)).check()
    to(Path(os.devnull)).write("new")
    assert not Path(os.devnull).is_file()


def test_what_cannot_be_written_is_known_before(tmp_path: Path) -> None:
    with pytest.raises(DestinationError, match="it is a folder"):
        to(tmp_path).check()
    with pytest.raises(DestinationError, match=r"the folder .*/none does not exist"):
        to(tmp_path / "none" / "run.json").check()
    # A folder in which nobody may make a file, root no more than others.
    with pytest.raises(DestinationError, match=r"cannot write /proc/run\.json: "):
        to(Path("/proc/run.json")).check()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_permission_is_known_before(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DestinationError, match="Permission denied"):
        to(tmp_path / "run.json").check()
