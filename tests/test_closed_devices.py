# ruff: noqa: E501  # an inline table of TOML stands on one line
"""Closed devices as they are: what their packets need can be said, and real frames are read.

Frames are from where each test says; their layouts are facts that owners found out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from adapters.ble.describing.description import parse
from adapters.ble.profile import DeviceProfile, Told
from adapters.ble.record import Record
from adapters.errors import DecodeError, DescriptionRefused
from adapters.local_events import Packet
from adapters.reading import Absence, Components, DeviceKey, Quality, Quantity

HEAD = """
key = "closed"
title = "Closed"
source = "found out by its owner"
[advertised]
name_prefix = "CLOSED"
"""


def described(text: str) -> DeviceProfile:
    return parse(HEAD + text, "closed.toml").profile()


def told(profile: DeviceProfile, data: str) -> list[Told]:
    ((uuid, decode),) = {**profile.reads, **profile.hears}.items()
    return list(decode(Packet(DeviceKey("d"), uuid, 5, bytes.fromhex(data))))


YUNMAI = """
[[write]]
uuid = "ffe9"
byte_order = "big"
field = [
    { type = "uint24", expect = 0x0D0D11, name = "head" },
    { time = "seconds-since-1970" },
    { skip = 5 },
    { type = "uint8", check = "xor", check_from = 1 },
]
[[write]]
uuid = "ffe9"
hex = "0d 05 13 00 16"

[[characteristic]]
uuid = "ffe4"
delivery = "live"
byte_order = "big"
others = true
field = [
    { skip = 3 },
    { name = "what", type = "uint8", expect = 2 },
    { skip = 1 },
    { time = "seconds-since-1970" },
    { name = "user", type = "uint32" },
    { type = "uint16", scale = 0.01, kind = "body_weight", unit = "kg" },
    { name = "resistance", type = "uint16" },
    { type = "uint16", scale = 0.01, kind = "body_fat_percentage", unit = "%" },
    { type = "uint8", check = "xor", check_from = 1 },
]
"""


def test_a_yunmai_mini_tells_its_last_weighing_alone() -> None:
    """Frames: oliexdev/openScale issue 71 (98,77 kg); commands: its Yunmai driver."""
    profile = described(YUNMAI)
    assert told(profile, "0d1f0b0159c6152f269503") == []
    weight, fat = told(profile, "0d1f14020059c6152f23d0b632269500a508f237")
    assert isinstance(weight, Record)
    assert weight.value == Quantity(Decimal("98.77"), "kg")
    assert weight.told == datetime(2017, 9, 23, 8, 2, 55, tzinfo=UTC)
    assert fat.value == Quantity(Decimal("22.90"), "%")
    assert told(profile, "0d1f14020059c6152f23d0b632269500a508f238") == []


def test_a_yunmai_is_told_the_time_before_it_talks() -> None:
    first, second = described(YUNMAI).commands
    now = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp()) * 1000
    data = first.data(now, UTC)
    assert data[:3].hex() == "0d0d11"
    assert int.from_bytes(data[3:7]) == now // 1000
    assert len(data) == 13
    check = 0
    for byte in data[1:-1]:
        check ^= byte
    assert data[-1] == check
    assert second.data(now, UTC).hex() == "0d05130016"


def test_a_command_tells_the_time_of_day_where_the_house_is() -> None:
    profile = described("""
[[write]]
uuid = "fff1"
field = [{ time = "date-time-6" }, { type = "uint8", check = "sum" }]
[[characteristic]]
uuid = "fff4"
delivery = "live"
field = [{ type = "uint8", kind = "heart_rate", unit = "/min" }]
""")
    (one,) = profile.commands
    now = int(datetime(2026, 7, 1, 22, 30, 5, tzinfo=UTC).timestamp()) * 1000
    assert one.data(now, ZoneInfo("Europe/Oslo")) == bytes([26, 7, 2, 0, 30, 5, 70])


RENPHO = """
[[characteristic]]
uuid = "ffe1"
delivery = "live"
byte_order = "big"
field = [
    { name = "what", type = "uint24", expect = 0x100B15 },
    { type = "uint16", scale = 0.01, kind = "body_weight", unit = "kg" },
    { name = "is it steady", type = "uint8" },
    { skip = 4 },
    { type = "uint8", check = "sum" },
]
"""


def test_a_check_sum_refuses_a_damaged_packet() -> None:
    """Frame: oliexdev/openScale issue 291, Renpho ES-CS20M-B (60.10 kg)."""
    profile = described(RENPHO)
    (weight,) = told(profile, "100B15177A0000000000C1")
    assert weight.value == Quantity(Decimal("60.10"), "kg")
    with pytest.raises(DecodeError, match="check says that the packet is damaged"):
        told(profile, "100B15177B0000000000C1")


SCALE_WITH_TWO_UNITS = """
[[characteristic]]
uuid = "181d"
delivery = "advertised"
others = true
field = [
    { name = "flags", type = "uint8" },
    { name = "steady", type = "uint8", of = "flags", bits = [5, 5], expect = 1 },
    { name = "steps", type = "uint16" },
    { time = "date-time" },
    { name = "kg", of = "steps", type = "uint16", scale = 0.005, kind = "body_weight", unit = "kg", when = { field = "flags", bit = 0, is_set = false } },
    { name = "lb", of = "steps", type = "uint16", scale = 0.01, kind = "body_weight", unit = "[lb_av]", when = { field = "flags", bit = 0 } },
]
"""


@pytest.mark.parametrize(
    ("data", "kg"),
    [
        pytest.param("a24c63e20702010f2f1c", "127.100", id="127.1"),
        pytest.param("a2fc62e20702010f3100", "126.700", id="126.7"),
        pytest.param("a29e43e507040b100534", "86.550", id="86.55"),
        pytest.param("222044b20701010a1a11", "87.200", id="87.2, clock never set"),
    ],
)
def test_a_mi_scale_says_its_weight_in_its_advertisement(data: str, kg: str) -> None:
    """Frames: sputnikdev/eclipse-smarthome-bluetooth-binding 42; ble_monitor 292."""
    profile = described(SCALE_WITH_TWO_UNITS)
    assert not profile.subscribes
    (weight,) = told(profile, data)
    assert weight.value == Quantity(Decimal(kg), "kg")
    assert str(weight.value.value) == kg
    assert isinstance(weight, Record)
    assert weight.identity.startswith("@")


def test_what_is_not_steady_yet_says_nothing() -> None:
    """Frame: custom-components/ble_monitor issue 292."""
    assert told(described(SCALE_WITH_TWO_UNITS), "022044b20701010a1a10") == []


def test_pounds_become_kilograms_with_the_digits_of_the_scale() -> None:
    (weight,) = told(described(SCALE_WITH_TWO_UNITS), "231a3ee507040b100534")
    assert weight.value == Quantity(Decimal("72.112"), "kg")  # 158.98 lb
    assert weight.quality is Quality.VALUE_AS_CONVERTED


OXIMETER = """
[[characteristic]]
uuid = "49535343-1e4d-4bd9-ba61-23c647249616"
delivery = "live"
repeats = true
field = [
    { name = "signal", type = "uint8", quality = { 4 = "poor-signal", 5 = "loose" } },
    { name = "wave", type = "uint8" },
    { name = "pulse bytes", type = "uint16" },
    { type = "uint8", of = "pulse bytes", bits = [8, 14, 6, 6], kind = "pulse_rate", unit = "/min", absent = { 255 = "error" } },
    { type = "uint8", kind = "oxygen_saturation", unit = "%", absent = { 127 = "error" } },
]
"""


def test_an_oximeter_says_several_measurements_in_one_packet() -> None:
    """Layout: zh2x/BCI_Protocol (five bytes; bit 7 of the pulse rate is bit 6 of byte 3)."""
    first, second, third, fourth = told(described(OXIMETER), "8540054861" + "93404a107f")
    assert (first.kind, first.value) == ("pulse_rate", Quantity(Decimal(72), "/min"))
    assert (second.kind, second.value) == ("oxygen_saturation", Quantity(Decimal(97), "%"))
    assert third.value == Quantity(Decimal(144), "/min")
    assert fourth.value is Absence.ERROR
    assert (first.quality, third.quality) == (Quality.NONE, Quality.POOR_SIGNAL)
    assert (first.nth, third.nth) == (0, 1)
    with pytest.raises(DecodeError, match="cut short"):
        told(described(OXIMETER), "8540054861" + "93404a")


MEDISANA = """
[[write]]
uuid = "8a81"
field = [{ name = "set", type = "uint8", expect = 2 }, { time = "seconds-since-2010" }]

[[characteristic]]
uuid = "8a21"
delivery = "stored"
longer = true
field = [
    { skip = 1 },
    { type = "uint16", scale = 0.01, kind = "body_weight", unit = "kg" },
    { skip = 2 },
    { time = "seconds-since-2010" },
]
"""


def test_a_medisana_scale_counts_its_seconds_from_2010() -> None:
    """Layout: oliexdev/openScale, driver of Medisana BS44x (facts)."""
    profile = described(MEDISANA)
    seconds = int(
        (datetime(2026, 1, 1, tzinfo=UTC) - datetime(2010, 1, 1, tzinfo=UTC)).total_seconds()
    )
    (weight,) = told(profile, "1d" + "481c" + "00fe" + seconds.to_bytes(4, "little").hex() + "00")
    assert isinstance(weight, Record)
    assert weight.value == Quantity(Decimal("72.40"), "kg")
    assert weight.told == datetime(2026, 1, 1, tzinfo=UTC)


TWO_SORTS = """
[[characteristic]]
uuid = "fff1"
delivery = "live"
field = [
    { name = "sort", type = "uint8", expect = [1, 3] },
    { name = "unit", type = "uint8" },
    { name = "high", type = "sint16", kind = "blood_pressure", component = "systolic", unit = "mm[Hg]", when = { field = "unit", equals = 0 } },
    { name = "low", type = "sint16", kind = "blood_pressure", component = "diastolic", unit = "mm[Hg]", when = { field = "unit", equals = 0 } },
    { name = "high in kPa", type = "uint16", scale = 0.1, kind = "blood_pressure", component = "systolic", unit = "kPa", when = { field = "unit", equals = [1, 2] } },
    { name = "low in kPa", type = "uint16", scale = 0.1, kind = "blood_pressure", component = "diastolic", unit = "kPa", when = { field = "unit", equals = [1, 2] } },
]
[[characteristic]]
uuid = "fff1"
delivery = "live"
field = [
    { name = "sort", type = "uint8", expect = 2 },
    { type = "uint16", byte_order = "big", scale = 0.1, kind = "body_temperature", unit = "[degF]" },
]
"""


def test_two_sorts_of_packets_come_from_one_characteristic() -> None:
    profile = described(TWO_SORTS)
    (warm,) = told(profile, "0203da")
    assert warm.value == Quantity(Decimal("37.0"), "Cel")
    assert warm.quality is Quality.VALUE_AS_CONVERTED
    (pressure,) = told(profile, "0300" + "78005000")
    assert pressure.value == Components((Decimal(120), Decimal(80)), "mm[Hg]")
    (pressure,) = told(profile, "0102" + "a0006b00")
    assert pressure.value == Components((Decimal("120.0"), Decimal("80.3")), "mm[Hg]")
    assert pressure.quality is Quality.VALUE_AS_CONVERTED
    with pytest.raises(DecodeError, match="sort is not 1 or 3"):
        told(profile, "0401")


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        pytest.param('of = "flags"', 'of = "flag"', "must be a whole number", id="of nothing"),
        pytest.param("bits = [5, 5]", "bits = [5, 9]", "within flags", id="bits beyond it"),
        pytest.param("bits = [5, 5]", "bits = [5]", "[lowest, highest]", id="half a piece"),
        pytest.param("bit = 0, is_set = false", "bit = 0, equals = 3", "a bit", id="two questions"),
        pytest.param('unit = "[lb_av]"', 'unit = "lb"', '"[lb_av]"', id="not a unit of UCUM"),
        pytest.param('uuid = "181d"', 'uuid = "manufacturer data"', "which manufac", id="whose"),
        pytest.param('"advertised"', '"live"\nrepeats = true\nlonger = true', "repeats", id="both"),
    ],
)
def test_what_cannot_be_is_refused(old: str, new: str, step: str) -> None:
    with pytest.raises(DescriptionRefused) as refused:
        described(SCALE_WITH_TWO_UNITS.replace(old, new, 1))
    assert step in refused.value.next_step


@pytest.mark.parametrize(
    ("text", "step"),
    [
        pytest.param(YUNMAI.replace('"live"', '"advertised"'), "either connected to", id="both"),
        pytest.param(YUNMAI.replace("0d 05 13", "0d 5 13"), "hex digits", id="no bytes"),
        pytest.param(YUNMAI.replace("{ skip = 5 },", '{ type = "uint8", name = "x" },'), "expect", id="what"),
        pytest.param(TWO_SORTS.replace('"live"', '"stored"', 1), "two ways", id="two deliveries"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_or_come_so_is_refused(text: str, step: str) -> None:
    with pytest.raises(DescriptionRefused) as refused:
        described(text)
    assert step in refused.value.next_step


def test_what_is_made_of_bits_is_written_as_it_is_read() -> None:
    layout = parse(HEAD + OXIMETER, "o.toml").layout("49535343-1e4d-4bd9-ba61-23c647249616")
    said = {
        "signal": Decimal(5),
        "wave": Decimal(64),
        "pulse_rate": Decimal(144),
        "oxygen_saturation": Decimal(97),
    }
    data = layout.encode(said)
    assert data.hex() == "0540401061"
    assert dict((part.name, value) for part, value in layout.decode(data))["pulse_rate"] == 144
