"""What a flame graph shows of the stacks that perf saw."""

import shutil
import sys
from pathlib import Path

import pytest

from benchmarks.flame_graph import FOLDER, cleaned, main, readable

LOOP = "py::BaseEventLoop._run_once:/opt/python/lib/python3.13/asyncio/base_events.py"


def test_frames_are_named_without_a_place() -> None:
    assert readable("py::Table.get:/srv/check/out/model.py") == "Table.get (model.py)_[j]"
    assert readable("py::<lambda>:<string>") == "<lambda> (<string>)_[j]"
    assert readable("do_epoll_wait_[k]") == "do_epoll_wait_[k]"
    assert readable("engine::Connection<R>::flush") == "engine::Connection<R>::flush"
    for plumbing in ("_PyEval_EvalFrameDefault", "cfunction_vectorcall_O", "do_syscall_64_[k]"):
        assert readable(plumbing) is None


def test_stacks_begin_with_a_turn_of_the_loop() -> None:
    stacks = [
        f"python;main;{LOOP};_PyEval_EvalFrameDefault;send 3",
        f"python;other;{LOOP};send 2",
        "python;_PyEval_EvalFrameDefault;py::<module>:/opt/start.py 40",
    ]
    assert cleaned(stacks) == ["BaseEventLoop._run_once (base_events.py)_[j];send 5"]


def test_what_is_missing_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 13))
    monkeypatch.setattr(shutil, "which", lambda _tool: None)
    assert main(["find_one"]) == 2
    assert capsys.readouterr().err == "error: perf is not installed: install linux-perf\n"
    monkeypatch.setattr(shutil, "which", lambda tool: tool)
    assert main(["find_none"]) == 2
    assert capsys.readouterr().err == "error: there is no operation 'find_none'\n"
    monkeypatch.setattr(sys, "version_info", (3, 12))
    assert main([]) == 2
    assert "Python 3.13" in capsys.readouterr().err


@pytest.mark.parametrize("graph", sorted(FOLDER.glob("*.svg")), ids=lambda path: path.stem)
def test_the_graphs_that_are_kept(graph: Path) -> None:
    text = graph.read_text(encoding="utf-8")
    assert "AsyncConnection" in text
    assert "BaseEventLoop._run_once" in text
    assert len(text) < 300_000
    # Nothing is fetched when it is opened.
    assert "href=" not in text.replace('xlink:href="#', "")
