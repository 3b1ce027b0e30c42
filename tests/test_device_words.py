"""What a device sent that could not be read is counted, and shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from adapters.ble.consenting import REFUSED, UUID
from adapters.ble.state import DeviceState, Trouble
from adapters.reading import DeviceFacts, DeviceKey
from gateway import clock
from gateway.app import make_house, open_house
from gateway.commands.doctor import CHECKS
from gateway.parts.collecting import words_of
from gateway.sharing.offer import allow_collecting
from gateway.sharing.recipients import Act
from gateway.status import device_words, note_device, running_file
from gateway.store.courtesy import announced

STRAP, OTHER = DeviceKey("strap"), DeviceKey("other")


class Radio:
    def states(self) -> Mapping[DeviceKey, DeviceState]:
        return {one: DeviceState("connected", 7) for one in (STRAP, OTHER)}

    def troubles(self) -> Mapping[Trouble, int]:
        return {Trouble(STRAP, "2a37", "too short"): 2,
                Trouble(STRAP, "2a19", "too long"): 1,
                Trouble(OTHER, UUID, f"{REFUSED}2", of_packet=False): 1,
                Trouble(OTHER, "2a19", "it did not tell", of_packet=False): 4}  # fmt: skip


def test_what_could_not_be_read_is_counted_for_its_device() -> None:
    words = words_of(Radio())
    assert (words[STRAP].unread, words[OTHER].unread) == (3, 0)
    assert words[STRAP].state == "connected"
    assert words[OTHER].undone == ("it did not tell", f"{REFUSED}2")


def test_it_is_shown_while_the_gateway_runs(tmp_path: Path) -> None:
    make_house(tmp_path / "home", passphrase=None, key_file=True, simulation=True)
    house = open_house(tmp_path / "home")
    person = house.people.add("Ann", "1980-01", 0)
    allow_collecting(house.ledger, person, "ble", Act(clock.now(), f"person:{person}", "test"))
    for key, words in words_of(Radio()).items():
        facts = DeviceFacts(person, key, f"the {key}")
        house.devices.add(facts, adapter="ble", profile="any", simulated=True, now=0)
        note_device(house, key, words)
    with announced(running_file(house, "collect")):
        assert device_words(house, STRAP).unread == 3
        assert device_words(house, OTHER) == words_of(Radio())[OTHER]
        every = [one for check in CHECKS for one in check(house)]
    house.close()
    found = [one for one in every if "could not be read" in one.what]
    assert [(one.about, one.good, one.what[0]) for one in found] == [("the strap", False, "3")]
    (refused,) = (one for one in every if one.what == "the device refused the code of user 2")
    assert not refused.good
    assert "health-gateway devices whose other 2 PERSON --code CODE" in refused.next_step
    (undone,) = (one for one in every if "did not tell" in one.what)
    assert undone.good


def test_a_lost_pairing_is_told_with_the_command_that_makes_it_anew() -> None:
    class Lost(Radio):
        def states(self) -> Mapping[DeviceKey, DeviceState]:
            step = "Put it into pairing mode, then pair it again."
            return {STRAP: DeviceState("trouble", 7, step, pair_anew=True)}

    words = words_of(Lost())[STRAP]
    assert words.to_type(STRAP) == (
        "Put it into pairing mode, then pair it again. Run: health-gateway devices pair strap"
    )
    assert words_of(Radio())[OTHER].to_type(OTHER) == ""


def test_words_that_an_older_program_left_are_understood(tmp_path: Path) -> None:
    make_house(tmp_path / "home", passphrase=None, key_file=True, simulation=True)
    house = open_house(tmp_path / "home")
    house.notes.set(f"device:{STRAP}", '{"state": "connected", "since": 7, "next_step": ""}')
    with announced(running_file(house, "collect")):
        assert device_words(house, STRAP).pair_anew is False
    house.close()
