"""What `doctor` says on systems that pair devices by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import clock
from gateway.app import make_house, open_house
from gateway.commands import doctor
from gateway.sharing.offer import allow_collecting
from gateway.sharing.recipients import Act


@pytest.mark.parametrize(("system", "said"), [("darwin", 1), ("win32", 1), ("linux", 0)])
def test_what_is_less_there_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, said: int
) -> None:
    make_house(tmp_path / "home", passphrase=None, key_file=True, simulation=False)
    house = open_house(tmp_path / "home")
    key = house.people.add("Ada Example", "1985-04", clock.now())
    monkeypatch.setattr("gateway.radio.sys.platform", system)
    assert not list(doctor._system(house)), "nobody allowed Bluetooth"
    act = Act(clock.now(), f"person:{key}", "test")
    allow_collecting(house.ledger, key, "ble", act)
    found = list(doctor._system(house))
    house.close()
    assert len(found) == said
    assert all(one.good and "in its own settings" in one.what for one in found)
