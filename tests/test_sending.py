"""What sending is put together from: above all, a last look that knows all that is here by now."""

from __future__ import annotations

from pathlib import Path

from adapters.kinds import kind
from adapters.local_events import LocalName
from adapters.reading import DeviceFacts, DeviceKey
from gateway import clock
from gateway.sending import scanner, sender
from gateway.sharing.agreement import text_hash
from gateway.sharing.offer import give, make_offer
from gateway.sharing.practice import sandbox_invitation
from gateway.store.thread import StoreThread
from tests.fakes_recipient import recipient
from tests.fakes_web import HOUR, Furnished, make_home, number

STRAP = DeviceKey("strap")
SAYS = "Quillon 0815"
"""What the strap says of its firmware; and, as is learnt later, what its owner calls it."""


def _with_readings(home: Furnished, hardware: str = "") -> None:
    facts = DeviceFacts(
        home.person, STRAP, "Strap", manufacturer="Acme Labs", hardware=hardware, firmware=SAYS
    )
    at = home.clock.at
    home.house.devices.add(facts, adapter="ble", profile="standard", simulated=True, now=at)
    home.take_in(STRAP, [number("heart_rate", at - 1000, "61", "/min")])


def _agree(home: Furnished, base: str) -> None:
    act = home.act
    there = home.house.recipients.add(sandbox_invitation(base), home.person, act)
    offer = make_offer(
        there, [kind("heart_rate")], purpose="TREAT",
        start=act.at, end=act.at + HOUR, history_from=0,
    )  # fmt: skip
    shown = text_hash(offer.text)
    give(home.house.ledger, offer, act, born="1961-02", text_shown=shown, acknowledged=True)


async def test_what_was_learnt_after_the_door_was_opened_is_looked_for_too(tmp_path: Path) -> None:
    home, thread = make_home(tmp_path, at=clock.now()), StoreThread()
    async with recipient() as server:
        _agree(home, server.base)
        async with sender(home.house, thread) as sends:
            await sends.round()
            _with_readings(home)
            home.house.local.set_name(LocalName(STRAP, "advertised_name", SAYS, home.clock.at))
            report = await sends.round()
        assert "stays here" in str(report.held)
        assert not any(SAYS.encode() in one.raw for one in server.seen)
    thread.close()
    home.house.close()


async def test_a_serial_number_is_no_make_though_it_stands_in_one(tmp_path: Path) -> None:
    home, thread = make_home(tmp_path, at=clock.now()), StoreThread()
    serial, named = "SN-XK42-990017", "Acme Labs"
    _with_readings(home, hardware=f"Rev 2 {serial}")
    home.house.local.set_name(LocalName(STRAP, "serial_number", serial, home.clock.at))
    # What a device advertises as its name may be its make, which leaves by itself.
    home.house.local.set_name(LocalName(STRAP, "advertised_name", named, home.clock.at))
    looks = scanner(home.house)
    assert looks.find(f'{{"version":"Rev 2 {serial}"}}'.encode()) is not None
    assert looks.find(f'{{"manufacturer":"{named}"}}'.encode()) is None
    async with recipient() as server:
        _agree(home, server.base)
        async with sender(home.house, thread) as sends:
            report = await sends.round()
        assert "stays here" in str(report.held)
        assert not any(serial.encode() in one.raw for one in server.seen)
    thread.close()
    home.house.close()


async def test_only_the_addresses_of_invitations_are_open(tmp_path: Path) -> None:
    home, thread = make_home(tmp_path, at=clock.now()), StoreThread()
    _with_readings(home)
    async with recipient() as server:
        async with sender(home.house, thread) as sends:
            assert (await sends.round()).destinations == ()
            _agree(home, server.base)  # after the door was opened, like a person at the pages
            report = await sends.round()
        assert report.destinations == (server.base.removesuffix("/fhir"),)
        assert report.sent == 1
    thread.close()
    home.house.close()
