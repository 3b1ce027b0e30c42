"""Profiles: found by being there, and each known by an advertisement of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bleak.backends.scanner import AdvertisementData

from adapters.ble.catalog import Catalog, built_in, with_home
from adapters.ble.profile import DeviceProfile
from adapters.errors import DescriptionRefused
from adapters.kinds import row_of

HEART_RATE = "0000180d-0000-1000-8000-00805f9b34fb"
ENVIRONMENT = "0000181a-0000-1000-8000-00805f9b34fb"
GLUCOSE = "00001808-0000-1000-8000-00805f9b34fb"
GLUCOSE_SENSOR = "0000181f-0000-1000-8000-00805f9b34fb"
OXIMETER = "00001822-0000-1000-8000-00805f9b34fb"
THERMOMETER = "00001809-0000-1000-8000-00805f9b34fb"
BLOOD_PRESSURE = "00001810-0000-1000-8000-00805f9b34fb"
BODY_COMPOSITION = "0000181b-0000-1000-8000-00805f9b34fb"
WEIGHT_SCALE = "0000181d-0000-1000-8000-00805f9b34fb"
RUNNING = "00001814-0000-1000-8000-00805f9b34fb"
CYCLING = "00001816-0000-1000-8000-00805f9b34fb"
POWER = "00001818-0000-1000-8000-00805f9b34fb"
LOCATION = "00001819-0000-1000-8000-00805f9b34fb"
ACTIVITY = "0000183e-0000-1000-8000-00805f9b34fb"
HEALTH_SENSOR = "00001840-0000-1000-8000-00805f9b34fb"
MACHINE = "00001826-0000-1000-8000-00805f9b34fb"
BREATH = "c2461b76-8a06-4614-9be8-130c4b05108c"
BATTERY = "0000180f-0000-1000-8000-00805f9b34fb"


def heard(
    name: str | None = None,
    services: list[str] | None = None,
    maker: int | None = None,
    data: dict[str, bytes] | None = None,
) -> AdvertisementData:
    made = {} if maker is None else {maker: b"\0"}
    return AdvertisementData(name, made, data or {}, services or [], None, -60, ())


FIXTURES = {
    "heart-rate-strap": heard("HRM-Dual:012345", [HEART_RATE, BATTERY]),
    "polar-h7": heard("Polar H7 01234567", [HEART_RATE], 0x6B),
    "polar-h10": heard("Polar H10 01234567", [HEART_RATE], 0x6B),
    "room-carbon-monoxide-sensor": heard("CO", [ENVIRONMENT]),
    "thermometer": heard("TAIDOC TD1241", [THERMOMETER, BATTERY]),
    "blood-pressure-cuff": heard("boso medicus", [BLOOD_PRESSURE]),
    "weight-scale": heard("BF720", [WEIGHT_SCALE], 0x0611),
    "xiaomi-mi-scale": heard("MI_SCALE", [WEIGHT_SCALE], 0x0157, {WEIGHT_SCALE: bytes(10)}),
    "body-composition-scale": heard("BF788", [WEIGHT_SCALE, BODY_COMPOSITION], 0x0611),
    "glucose-meter": heard("meter+01234567", [GLUCOSE]),
    "glucose-sensor": heard("nRF CGMS", [GLUCOSE_SENSOR]),
    "pulse-oximeter": heard("Pulse oximeter", [OXIMETER, BATTERY]),
    "activity-monitor": heard("Activity monitor", [ACTIVITY, BATTERY]),
    "health-sensor": heard("HealthSensor", [HEALTH_SENSOR]),
    "breath-carbon-monoxide-monitor": heard("Breath monitor BM-1", [BREATH]),
    "polar-verity-sense": heard("Polar Sense 01234567", [HEART_RATE], 0x6B),
    "whoop": heard("WHOOP 4A0123456", [HEART_RATE]),
    "running-pod": heard("Stryd", [RUNNING, BATTERY]),
    "heart-rate-and-running-strap": heard("TICKR X 0123", [HEART_RATE, RUNNING]),
    "cycling-sensor": heard("CADENCE 012", [CYCLING]),
    "power-meter": heard("ASSIOMA01234L", [POWER], 0x0364),
    "power-meter-with-speed": heard("Power 01", [POWER, CYCLING]),
    "fitness-machine": heard("Treadmill", [MACHINE]),
    "fitness-machine-with-power": heard("Zwift Hub 01", [POWER, CYCLING, MACHINE]),
    "location-pod": heard("Location pod", [LOCATION]),
}
"""One advertisement a profile; a new profile brings its own."""


def test_every_profile_has_an_advertisement_here() -> None:
    assert set(FIXTURES) == set(built_in().profiles)


@pytest.mark.parametrize("key", FIXTURES)
def test_every_profile_wins_just_its_own_advertisement(key: str) -> None:
    won = [name for name, said in FIXTURES.items() if built_in().match(said) == built_in()[key]]
    assert won == [key]


@pytest.mark.parametrize(
    ("said", "key"),
    [
        pytest.param(heard("fenix 7", [HEART_RATE]), "heart-rate-strap", id="a Garmin watch"),
        pytest.param(heard("Charge 6", [HEART_RATE]), "heart-rate-strap", id="a Fitbit"),
        pytest.param(heard("Amazfit Bip", [HEART_RATE]), "heart-rate-strap", id="an Amazfit"),
        pytest.param(heard("KICKR", [POWER, MACHINE]), "fitness-machine-with-power", id="trainer"),
        pytest.param(heard("Bike", [MACHINE, CYCLING]), "fitness-machine", id="bike"),
        pytest.param(heard("Bike", [HEART_RATE, MACHINE]), "fitness-machine", id="bike with pulse"),
    ],
)
def test_who_offers_several_services_is_read_by_the_one_that_tells_most(
    said: AdvertisementData, key: str
) -> None:
    assert built_in().match(said) == built_in()[key]


@pytest.mark.parametrize(
    "said", [heard(), heard("Lamp", [BATTERY]), heard("polar h10"), heard(maker=0x6B)]
)
def test_what_is_no_sensor_is_not_taken_for_one(said: AdvertisementData) -> None:
    assert built_in().match(said) is None


@pytest.mark.parametrize("profile", built_in().profiles.values(), ids=lambda one: one.key)
def test_every_profile_says_where_it_was_looked_up(profile: DeviceProfile) -> None:
    assert profile.source
    assert profile.title
    assert profile.subscribes or profile.hears
    assert profile.stored <= {*profile.subscribes, *profile.hears}
    assert profile.numbered <= profile.stored


def test_the_name_of_a_model_is_no_sort_and_the_other_way_round() -> None:
    generic = {key for key, one in built_in().profiles.items() if one.generic}
    models = {"polar-h7", "polar-h10", "polar-verity-sense", "whoop", "xiaomi-mi-scale"}
    assert generic == set(built_in().profiles) - models


def test_only_breath_is_about_the_person() -> None:
    (field,) = [
        one
        for one in built_in().descriptions["breath-carbon-monoxide-monitor"].characteristic[0].field
        if one.kind
    ]
    assert field.kind == "breath_carbon_monoxide"
    assert row_of(field.kind).shareable  # type: ignore[arg-type]  # checked by the description


OWN = """
key = "own-monitor"
title = "My monitor"
source = "its manual, page 7"
[advertised]
name_prefix = "MyMon"
[[characteristic]]
uuid = "ffe1"
delivery = "live"
[[characteristic.field]]
type = "uint8"
kind = "heart_rate"
unit = "/min"
"""


def test_descriptions_of_the_home_are_known_too(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(OWN)
    catalog = with_home(tmp_path)
    assert catalog.refused == ()
    mine = catalog.match(heard("MyMon 3"))
    assert mine is not None
    assert mine.title == "My monitor"
    assert set(catalog.profiles) == {*built_in().profiles, "own-monitor"}


def test_one_bad_description_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("key = ")
    (tmp_path / "b.toml").write_text(OWN)
    (tmp_path / "c.toml").write_text(OWN.replace("own-monitor", "polar-h10"))
    (tmp_path / "d.toml").write_bytes(b"\xff")
    (tmp_path / "e.toml").mkdir()
    catalog = with_home(tmp_path)
    assert set(catalog.profiles) == {*built_in().profiles, "own-monitor"}
    assert [str(one).split()[0] for one in catalog.refused] == [
        "a.toml",
        "c.toml:",
        "d.toml",
        "e.toml",
    ]
    assert all(one.next_step for one in catalog.refused)
    _, taken, not_text, folder = map(str, catalog.refused)
    assert taken == "c.toml: Polar H10 has the key polar-h10 already"
    assert not_text == "d.toml is not text in UTF-8"
    assert folder == "e.toml is a folder"


def test_a_profile_stays_the_same_until_its_file_changes(tmp_path: Path) -> None:
    """A link ends when what is read of its device is another profile."""
    (tmp_path / "own.toml").write_text(OWN)
    first = with_home(tmp_path).profiles
    assert with_home(tmp_path).profiles == first
    (tmp_path / "own.toml").write_text(OWN.replace("My monitor", "My own monitor"))
    second = with_home(tmp_path).profiles
    assert second["own-monitor"].title == "My own monitor"
    assert {key for key in first if first[key] != second[key]} == {"own-monitor"}


def test_a_home_without_descriptions_is_none_the_worse(tmp_path: Path) -> None:
    assert set(with_home(tmp_path / "none").profiles) == set(built_in().profiles)


def test_two_profiles_known_alike_are_refused() -> None:
    strap = built_in()["heart-rate-strap"]
    with pytest.raises(DescriptionRefused, match="has the key heart-rate-strap already"):
        Catalog([strap, strap])
    with pytest.raises(DescriptionRefused, match="other is known like heart-rate-strap"):
        Catalog([strap, replace(strap, key="other")])
