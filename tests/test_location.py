"""Places stay here: no reading, no kind, nothing that could be shared."""

from __future__ import annotations

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristic import every
from adapters.ble.characteristics import location_and_speed
from adapters.ble.characteristics.location_and_speed import LocationAndSpeed, positions
from adapters.ble.decoding import decoded
from adapters.ble.formats.place import Found
from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.errors import DecodeError
from adapters.local_events import LocalBatch, Position
from adapters.reading import DeviceKey, PersonKey
from tests import canary
from tests.ble_packets import RECEIVED, packet

HERE = LocationAndSpeed(
    speed=140,
    place=(
        round(float(canary.MARKED["latitude"]) * 10**7),
        round(float(canary.MARKED["longitude"]) * 10**7),
    ),
    elevation=87_343,
    found=Found.POSITION,
)


def test_a_place_is_read_exactly() -> None:
    assert list(positions(packet(bytes(HERE)))) == [
        Position(RECEIVED, 47.5968112, 11.0663458, 873.43, route="")
    ]


@pytest.mark.parametrize("found", [Found.NO_POSITION, Found.LAST_KNOWN])
def test_where_it_was_before_is_not_where_it_is(found: Found) -> None:
    data = bytes(LocationAndSpeed(place=HERE.place, found=found))
    assert list(positions(packet(data))) == []


@pytest.mark.parametrize("place", ["01e9a435" + "00000000", "00000000" + "01d2496b"])
def test_a_place_beyond_the_pole_or_the_date_line_is_refused(place: str) -> None:
    with pytest.raises(DecodeError, match="no such place") as refused:
        LocationAndSpeed.from_bytes(bytes.fromhex("0400" + place))
    assert refused.value.offset == 2


def test_nothing_of_the_service_has_a_kind() -> None:
    fields = [
        becomes
        for one in every()
        if one.service == "Location and Navigation"
        for becomes in one.fields.values()
    ]
    assert fields
    assert all(not one.kinds and one.why == "a place stays here" for one in fields)


def test_a_location_pod_makes_no_reading() -> None:
    profile = built_in()["location-pod"]
    assert not profile.reads
    assert not profile.follows
    assert set(profile.locates) == {location_and_speed.UUID}


def test_all_that_comes_of_a_place_is_local() -> None:
    paired = Paired(DeviceKey("pod"), PersonKey("me"), built_in()["location-pod"])
    came = packet(bytes(HERE), location_and_speed.UUID)
    complaints: list[str] = []
    arrivals = decoded(
        paired, [came], Hearing(), lambda _packet, why: complaints.append(why)
    ).arrivals
    assert complaints == []
    assert all(isinstance(one, LocalBatch) for one in arrivals)
    assert any(isinstance(event, Position) for one in arrivals for event in one.events)  # type: ignore[union-attr]  # they are local batches
