"""The canary in seconds: a marked day within one process, and names that nobody can compare.

The same promises as `test_privacy` (docs/privacy.md, B1 to B9), for every change.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.kinds import Kind
from adapters.reading import PersonKey
from gateway.rights.correcting import Correcting
from gateway.sharing.agreement import text_hash
from gateway.sharing.offer import give, make_offer
from gateway.sharing.trust import entrust, trust_of
from gateway.store.audit import Audit
from tests import canary
from tests.fakes_consent import ADA, DAY, NOON, act
from tests.fakes_recipient import names_of, observations, recipient
from tests.sharing_home import SharingHome
from tests.small_road import MINUTES_AHEAD, Shown, walk

KEPT_HERE = {
    "adapter's address",
    "strap address", "monitor address", "neighbour's address", "advertised name",
    "monitor's name", "neighbour's name", "serial number", "system id", "source name",
    "watch name", "device name", "given name", "local identifier", "latitude", "longitude",
    "altitude", "zone", "file of an export",
    "device's own time", "session of a sensor", "how far a clock is off", "nobody's weight",
    "described device's address", "described device's name", "value on a display",
    "packet of a described device", "wished device's address",
}  # fmt: skip
"""What must be found in `local.db`: else the day put nothing to test."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return walk(tmp_path_factory.mktemp("road"))


def test_the_marked_values_came_into_the_house(shown: Shown) -> None:
    assert shown.here >= KEPT_HERE


def test_readings_of_every_source_went_to_both_recipients(shown: Shown) -> None:
    assert shown.held == {}
    for requests in shown.recipients:
        text = str(observations(requests))
        for code in ("8867-4", "breathCarbonMonoxide", "55423-8", "valueSampledData"):
            assert code in text
        assert any(b'"amended"' in one.raw and b'"PUT"' in one.raw for one in requests)


def test_nothing_local_is_in_any_request(shown: Shown) -> None:
    assert canary.find_in(one.raw for one in shown.requests) == set()


def test_no_request_tells_a_signal_strength_or_a_time_zone(shown: Shown) -> None:
    assert set().union(*(canary.strays(one.raw) for one in shown.requests)) == set()


def test_a_clock_is_told_of_without_the_time_of_day_that_it_shows(shown: Shown) -> None:
    for requests in shown.recipients:
        looks = [json.loads(one.body) for one in requests if one.path.endswith("/Observation")]
        assert len(looks) == 2
        (near,) = [one for one in looks if "valueDateTime" in one]
        (far,) = [one for one in looks if one is not near]
        off = _moment(near["valueDateTime"]) - _moment(near["effectiveDateTime"])
        assert abs(off - timedelta(minutes=MINUTES_AHEAD)) < timedelta(seconds=1)
        assert far["dataAbsentReason"]["coding"][0]["code"] == "masked"


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


def test_nothing_local_is_in_any_line(shown: Shown) -> None:
    for said in ('"event":"stored"', '"event":"device"', "event=stored"):
        assert said in shown.lines
    assert canary.find(shown.lines) == set()


def test_nothing_local_is_in_any_table_of_what_may_leave(shown: Shown) -> None:
    assert len(shown.tables["reading"]) > 5
    found = {name: sorted(canary.find_in(rows)) for name, rows in shown.tables.items()}
    assert {name: marks for name, marks in found.items() if marks} == {}


def test_nothing_local_is_on_any_page_that_was_not_asked_for_it(shown: Shown) -> None:
    # A person's own zone stands where times are drawn in it, and a device is called what its owner
    # calls it; the list of imports names their files; nothing else of here does.
    wanted = {"zone", "given name"}
    assert canary.find(shown.pages["exports"]) >= {"file of an export"}
    wanted_there = {"exports": {"file of an export"}}
    found = {
        path: sorted(canary.find(text) - wanted - wanted_there.get(path, set()))
        for path, text in shown.pages.items()
    }
    assert {path: marks for path, marks in found.items() if marks} == {}


def test_no_name_inside_the_house_is_a_name_outside(shown: Shown) -> None:
    sent = b"".join(one.raw for one in shown.requests)
    for table in ("person", "device"):
        for row in shown.tables[table]:
            assert row.split()[0].encode() not in sent
    assert len(shown.tables["device"]) >= 4


def test_two_recipients_cannot_compare_what_they_got(shown: Shown) -> None:
    one, other = map(names_of, shown.recipients)
    assert len(one) == len(other) > 10
    assert one & other == set()


async def test_two_homes_call_the_same_reading_by_different_names(tmp_path: Path) -> None:
    async with recipient() as server:
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            # Person, device, readings and recipient are the same in both.
            async with SharingHome(tmp_path / name) as home:
                home.grant(home.add_recipient(server.base))
                home.take_in(3)
                home.now += 10_000
                assert (await home.upload()).sent == 3
        half = len(server.seen) // 2
        one, other = names_of(server.seen[:half]), names_of(server.seen[half:])
    assert len(one) == len(other) > 5
    assert one & other == set()


async def test_a_grant_that_names_a_zone_sends_when_days_begin_and_no_name_of_it(
    tmp_path: Path,
) -> None:
    zone = canary.MARKED["zone"]
    async with recipient() as server, SharingHome(tmp_path, local=[zone]) as home:
        home.grant(home.add_recipient(server.base), grain="local_day", zone=zone)
        home.take_in(3, start=home.now + 2 * DAY)
        home.now += 5 * DAY
        assert (await home.upload()).sent == 1
    sent = b"".join(one.raw for one in server.seen)

    assert b'"effectivePeriod"' in sent
    assert canary.find_in(one.raw for one in server.seen) == set()
    assert set().union(*(canary.strays(one.raw) for one in server.seen)) == set()


async def test_why_a_reading_was_wrong_and_who_decides_stay_here(tmp_path: Path) -> None:
    guardian = PersonKey("guardiansownkey")
    async with recipient() as server, SharingHome(tmp_path) as home:
        clinic = home.add_recipient(server.base)
        says = replace(act(home.now), actor=f"person:{guardian}")
        entrust(home.ledger, ADA, guardian, "guardian", says, born="1970-01")
        offer = make_offer(
            clinic,
            ["heart_rate"],
            purpose="TREAT",
            start=home.now,
            end=home.now + 9 * DAY,
            trust=trust_of(home.ledger.state(), ADA, guardian, home.now),
        )
        shown_text = text_hash(offer.text)
        give(home.ledger, offer, says, born="1950-01", text_shown=shown_text, acknowledged=True)
        home.take_in(3)
        home.now += DAY
        assert (await home.upload()).sent == 3
        rights = Correcting(home.db, home.readings, Audit(home.db))
        first, second, _ = rights.find(ADA, Kind("heart_rate"), NOON, NOON + 3000)
        rights.set_right(first, "99", "device_was_wrong", act(home.now))
        rights.take_back(second, "not_mine", act(home.now))
        assert (await home.upload()).sent == 2
    sent = b"".join(one.raw for one in server.seen)

    assert b'"amended"' in sent
    assert b'"entered-in-error"' in sent
    assert b"RelatedPerson" in sent
    for word in (b"device_was_wrong", b"not_mine", b"correct", guardian.encode(), b"1970", b"1950"):
        assert word not in sent
