"""The gate stops a commit that decodes more dearly, and lets one pass that changes nothing.

In a clone of the last commit, two commits are made whose decoding is slower, and the command is run
there. Each takes a build for measuring, so this is no part of `make test`; and the times, other
than the counts, want a machine that does nothing else.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.gate.package import CARGO_TARGET

REPOSITORY = Path(__file__).parents[2]
DECODING = Path("crates/data-bridge-postgres/src/types/sink.rs")
DECODE = "    match codec {\n        Codec::Bool => sink.bool("
# By callgrind, decoding is 860,000 of the 2,940,000 instructions of a search for 1,000 rows by the
# ORM. These five steps a value are some 48,000.
MORE_INSTRUCTIONS = """\
    for step in 0..5 {
        std::hint::black_box(step);
    }
"""
# Each step waits for the one before it. Decoding 1,000 rows takes some 100 us, these steps 25.
MORE_TIME = """\
    let mut step = 0;
    while step < 14 {
        step = std::hint::black_box(step + 1);
    }
"""


@dataclass(frozen=True)
class Clone:
    """A clone of the repository with three branches: base, more, and slow."""

    folder: Path

    def git(self, *words: str) -> None:
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *identity, *words], cwd=self.folder, check=True, capture_output=True)

    def commit_slower_decoding(self, name: str, code: str) -> None:
        self.git("checkout", "--quiet", "-b", name, "base")
        path = self.folder / DECODING
        text = path.read_text()
        assert text.count(DECODE) == 1
        path.write_text(text.replace(DECODE, code + DECODE))
        self.git("commit", "--quiet", "--all", "--message", f"Decode more dearly: {name}")
        self.git("checkout", "--quiet", "base")

    def gate(self, head: str, *words: str) -> tuple[int, str]:
        """Run the command with the clone's own code; returns its status and what it printed."""
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.gate", "--base", "base", "--head", head, *words],
            cwd=self.folder,
            # What all commits have in common is built already, by the gate or by asv.
            env=environment | {"CARGO_TARGET_DIR": str(CARGO_TARGET)},
            check=False,
            capture_output=True,
            text=True,
        )
        print(done.stdout, done.stderr)  # noqa: T201 - pytest shows it where a test fails
        return done.returncode, done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    folder = tmp_path_factory.mktemp("gate") / "clone"
    subprocess.run(["git", "clone", "--quiet", REPOSITORY, folder], check=True)
    found = Clone(folder)
    found.git("checkout", "--quiet", "-b", "base")
    found.commit_slower_decoding("more", MORE_INSTRUCTIONS)
    found.commit_slower_decoding("slow", MORE_TIME)
    return found


def test_decoding_with_five_percent_more_instructions_is_stopped(clone: Clone) -> None:
    words = ("--operations", "find_many", "--frameworks", "data_bridge_orm", "--rounds", "4")
    status, output = clone.gate("more", *words)
    assert status == 1
    assert output.endswith("Status 1: slower: find_many of data_bridge_orm.\n")


def test_decoding_that_takes_a_quarter_longer_is_stopped_by_time(clone: Clone) -> None:
    words = ("--operations", "find_many", "--no-instructions")
    status, output = clone.gate("slow", *words)
    assert status == 1
    assert "Status 1: slower: find_many of " in output


def test_the_same_package_is_recognised(clone: Clone) -> None:
    status, output = clone.gate("base")
    assert status == 0
    assert output.endswith("Status 0: the package is the same: nothing to measure.\n")


def test_the_same_package_is_not_slower(clone: Clone) -> None:
    words = ("--even-if-same", "--operations", "find_one,find_many,insert_1000")
    status, output = clone.gate("base", *words)
    assert status == 0
    assert output.endswith("Status 0: nothing became slower.\n")
