import platform
import re

import pytest

from benchmarks import machine


def test_a_machine_is_named_for_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {
        "arch": "x86_64",
        "cpu": "Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz",
        "num_cpu": "12",
        "ram": "1",
        "os": "Linux",
    }
    monkeypatch.setattr(machine, "description", lambda: found)
    assert machine.neutral_name() == "intel-core-i7-8700-12-cores-x86-64"


def test_a_machine_gets_the_name_that_is_wanted() -> None:
    assert machine.named("box-2_cores.1") == "box-2_cores.1"
    assert machine.named(None) == machine.neutral_name()


@pytest.mark.parametrize("name", ["../box", "a/b", ".", "", "-x", "a b", "box\n"])
def test_a_machines_name_leads_out_of_no_folder(name: str) -> None:
    with pytest.raises(LookupError, match="a machine is named by letters"):
        machine.named(name)


def test_nothing_tells_the_host() -> None:
    told = " ".join([machine.neutral_name(), *machine.description().values()])
    assert re.fullmatch(r"[a-z0-9-]+", machine.neutral_name())
    assert platform.node() not in told
    assert platform.release() not in told
