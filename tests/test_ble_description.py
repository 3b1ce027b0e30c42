"""Descriptions: what they can say, what they refuse, and that they write what they read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ble.catalog import built_in
from adapters.ble.description import parse
from adapters.ble.layout import Field, Layout, NumberType, Skipped
from adapters.errors import DecodeError, DescriptionRefused
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Absence, DeviceKey, Quantity

GOOD = """
key = "thermometer"
title = "A thermometer"
source = "found out by its owner"

[advertised]
services = ["fff0"]
manufacturer = 4660

[[characteristic]]
uuid = "0000fff1-0000-1000-8000-00805f9b34fb"
delivery = "stored"
byte_order = "big"

[[characteristic.field]]
skip = 1

[[characteristic.field]]
type = "sint16"
scale = 0.01
offset = 30
kind = "body_temperature"
unit = "Cel"
absent = { -1 = "error" }

[[characteristic.field]]
name = "second"
type = "sfloat"
kind = "body_temperature"
unit = "Cel"
"""


def packet(data: str) -> Packet:
    return Packet(DeviceKey("d"), "0000fff1-0000-1000-8000-00805f9b34fb", 5, bytes.fromhex(data))


def test_a_private_protocol_is_read() -> None:
    profile = parse(GOOD, "t.toml").profile()
    (uuid,) = profile.reads
    assert uuid == packet("").characteristic
    assert profile.stored == {uuid}
    assert profile.matches.services == {"0000fff0-0000-1000-8000-00805f9b34fb"}
    first, second = profile.reads[uuid](packet("aa029cf16e"))
    assert first.value == Quantity(Decimal("36.68"), "Cel")
    assert second.value == Quantity(Decimal("36.6"), "Cel")
    assert (first.nth, second.nth, first.start) == (0, 1, 5)
    first, second = profile.reads[uuid](packet("aaffff07ff"))
    assert (first.value, second.value) == (Absence.ERROR, Absence.NOT_A_NUMBER)


@pytest.mark.parametrize("data", ["", "aa", "aa0294f1", "aa029cf16e00"])
def test_a_packet_of_another_length_is_refused(data: str) -> None:
    profile = parse(GOOD, "t.toml").profile()
    with pytest.raises(DecodeError):
        list(profile.reads[packet("").characteristic](packet(data)))


@pytest.mark.parametrize(
    ("old", "new", "place", "step"),
    [
        pytest.param('unit = "Cel"', 'unit = "C"', "characteristic.1.field.2", '"Cel"', id="unit"),
        pytest.param("body_temperature", "temp", "field.2.kind", "kinds.toml", id="kind"),
        pytest.param("body_temperature", "blood_pressure", "field.2", "single", id="components"),
        pytest.param('"fff0"', '"bpm"', "advertised.services.1", "four hex", id="uuid"),
        pytest.param("scale = 0.01", "scale = 0", "field.2", "one step", id="scale"),
        pytest.param("skip = 1", "", "field.1", "either a type", id="empty field"),
        pytest.param('"stored"', '"often"', "delivery", "live", id="delivery"),
        pytest.param("key =", "kay =", "key", "required", id="key left out"),
        pytest.param('"error"', '"asleep"', "absent", "not-a-number", id="absence"),
        pytest.param('name = "second"\n', "", "characteristic.1", "name of its own", id="names"),
        pytest.param("services = [", "service = [", "advertised", "", id="unknown word"),
    ],
)
def test_what_cannot_be_is_refused_with_place_and_next_step(
    old: str, new: str, place: str, step: str
) -> None:
    with pytest.raises(DescriptionRefused) as refused:
        parse(GOOD.replace(old, new, 1), "t.toml")
    assert "t.toml" in str(refused.value)
    assert place in str(refused.value)
    assert step in refused.value.next_step


def test_text_that_is_no_toml_is_refused() -> None:
    with pytest.raises(DescriptionRefused, match=r"t.toml is not TOML"):
        parse("key = [", "t.toml")


def test_the_breath_monitor_is_read_and_written_by_its_description() -> None:
    description = built_in().descriptions["breath-carbon-monoxide-monitor"]
    (one,) = description.characteristic
    layout = description.layout(one.uuid)
    data = layout.encode({"record": Decimal(7), "breath": Decimal("12.5")})
    assert data.hex() == "07007d00"
    (reading,) = layout.readings(Packet(DeviceKey("d"), one.uuid, 9, data, stored=True))
    assert (reading.kind, reading.value) == (
        "breath_carbon_monoxide",
        Quantity(Decimal("12.5"), "[ppm]"),
    )
    with pytest.raises(KeyError):
        description.layout("0000fff0-0000-1000-8000-00805f9b34fb")


WHOLE: tuple[NumberType, ...] = (
    "uint8", "uint16", "uint24", "uint32", "sint8", "sint16", "sint24", "sint32",
)  # fmt: skip


@settings(max_examples=80)
@given(
    st.sampled_from(WHOLE),
    st.sampled_from(["little", "big"]),
    st.sampled_from([Decimal(1), Decimal("0.1"), Decimal("-0.25"), Decimal(10)]),
    st.sampled_from([Decimal(0), Decimal("-40"), Decimal("273.15")]),
    st.data(),
)
def test_what_a_layout_writes_it_reads(
    type_: NumberType, order: str, scale: Decimal, offset: Decimal, data: st.DataObject
) -> None:
    bits = int(type_[4:])
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if type_[0] == "s" else (0, 2**bits - 1)
    steps = data.draw(st.integers(low, high))
    layout = Layout(
        (Skipped(2), Field("one", type_, scale, offset, kind("heart_rate"), "/min")),
        order,  # type: ignore[arg-type]  # one of the two words
    )
    said = steps * scale + offset
    made = layout.encode({"one": said})
    assert len(made) == 2 + bits // 8
    assert [value for _, value in layout.decode(made)] == [said]


@pytest.mark.parametrize("type_", ["sfloat", "float"])
def test_a_medical_float_says_why_there_is_none(type_: NumberType) -> None:
    layout = Layout((Field("one", type_),))
    for absence in (Absence.NOT_A_NUMBER, Absence.ERROR, Absence.POSITIVE_INFINITY):
        assert layout.decode(layout.encode({"one": absence}))[0][1] is absence
    with pytest.raises(ValueError, match="no code"):
        layout.encode({"one": Absence.NOT_PERFORMED})


def test_what_a_field_cannot_say_is_refused() -> None:
    layout = Layout((Field("one", "uint8", absent={255: Absence.ERROR}),))
    assert layout.encode({"one": Absence.ERROR}) == b"\xff"
    for unsayable in (Decimal("1.5"), Decimal(255), Absence.UNKNOWN):
        with pytest.raises(ValueError, match=r"cannot say|no number"):
            layout.encode({"one": unsayable})
    with pytest.raises(OverflowError):
        layout.encode({"one": Decimal(256)})
