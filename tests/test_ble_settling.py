"""Whose a told value is, and that only what is a value of its kind waits for an answer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.decoding import decoded
from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.ble.record import UNKNOWN_USER, Record
from adapters.ble.settling import settle
from adapters.kinds import kind
from adapters.local_events import LocalBatch, Packet, Unclaimed
from adapters.reading import DeviceKey, PersonKey, Quantity

ANNA, BEN, SCALE = PersonKey("anna"), PersonKey("ben"), DeviceKey("scale")
PROFILE = built_in()["weight-scale"]
(WEIGHT, *_) = PROFILE.follows
CUFF = built_in()["blood-pressure-cuff"]
PACKET = Packet(SCALE, WEIGHT, 1_700_000_000_000, b"\x01", stored=True)


def weighed(unit: str, user: int | None = 1) -> Record:
    return Record(kind("body_weight"), Quantity(Decimal("81.5"), unit), user=user)


def scale(*told: Record) -> Paired:
    profile = replace(PROFILE, follows={WEIGHT: lambda _packet, _hearing: iter(told)})
    return Paired(SCALE, ANNA, profile, slots={2: BEN})


@pytest.mark.parametrize("user", [1, UNKNOWN_USER])
def test_what_is_not_of_its_kind_is_complained_of_and_waits_for_nobody(user: int) -> None:
    complaints: list[str] = []
    arrivals = decoded(
        scale(weighed("[lb_av]", user)),
        [PACKET],
        Hearing(),
        lambda _packet, why: complaints.append(why),
    ).arrivals
    assert complaints == ["the unit is not the one of its kind"]
    assert arrivals == [LocalBatch([PACKET])]


def test_what_is_of_its_kind_waits() -> None:
    waiting, _ = decoded(scale(weighed("kg")), [PACKET], Hearing(), lambda *_: None).arrivals
    assert isinstance(waiting, LocalBatch)
    (one,) = waiting.events
    assert isinstance(one, Unclaimed)
    assert one.user == 1


@pytest.mark.parametrize(
    ("user", "slot", "whose"),
    [(2, None, BEN), (None, None, ANNA), (1, 2, None), (2, 1, BEN), (UNKNOWN_USER, 2, None)],
)
def test_a_user_who_is_named_is_that_user_whoever_s_slot_is_open(
    user: int | None, slot: int | None, whose: PersonKey | None
) -> None:
    hearing = Hearing()
    hearing.user = slot
    assert settle(weighed("kg", user), PACKET, scale(), hearing).person == whose


@pytest.mark.parametrize(("fetched", "whose"), [(True, BEN), (False, ANNA)])
def test_where_no_user_is_named_only_what_was_fetched_is_of_the_open_slot(
    fetched: bool, whose: PersonKey
) -> None:
    hearing = Hearing()
    hearing.user = 2
    (access,) = CUFF.records
    packet = replace(PACKET, characteristic=access.measures if fetched else WEIGHT)
    cuff = Paired(SCALE, ANNA, CUFF, slots={2: BEN})
    assert settle(weighed("kg", None), packet, cuff, hearing).person == whose
