"""Descriptions: what they can say, what they refuse, and that they write what they read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ble.catalog import built_in
from adapters.ble.describing.description import parse
from adapters.ble.describing.layout import Layout
from adapters.ble.describing.layout_fields import Field, NumberType, Sent, Skipped
from adapters.ble.record import Record
from adapters.errors import DecodeError, DescriptionRefused
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Absence, Components, DeviceKey, Quality, Quantity, Reading

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
    assert isinstance(first, Reading)
    assert (first.nth, second.nth, first.start) == (0, 1, 5)
    first, second = profile.reads[uuid](packet("aaffff07ff"))
    assert (first.value, second.value) == (Absence.ERROR, Absence.NOT_A_NUMBER)


def test_a_device_may_have_to_be_paired() -> None:
    assert not parse(GOOD, "t.toml").profile().pairs
    assert parse("pairs = true\n" + GOOD, "t.toml").profile().pairs


@pytest.mark.parametrize("data", ["", "aa", "aa0294f1", "aa029cf16e00"])
def test_a_packet_of_another_length_is_refused(data: str) -> None:
    profile = parse(GOOD, "t.toml").profile()
    with pytest.raises(DecodeError):
        list(profile.reads[packet("").characteristic](packet(data)))


@pytest.mark.parametrize(
    ("old", "new", "place", "step"),
    [
        pytest.param('unit = "Cel"', 'unit = "C"', "characteristic.1.field.2", '"Cel"', id="unit"),
        pytest.param("body_temperature", "temp", "field.2.kind", "docs/kinds.md", id="kind"),
        pytest.param("body_temperature", "blood_pressure", "field.2", "systolic", id="components"),
        pytest.param('"fff0"', '"bpm"', "advertised.services.1", "four hex", id="uuid"),
        pytest.param("scale = 0.01", "scale = 0", "field.2", "one step", id="scale"),
        pytest.param("skip = 1", "", "field.1", "either a type", id="empty field"),
        pytest.param('"stored"', '"often"', "delivery", "live", id="delivery"),
        pytest.param("key =", "kay =", "kay", "write key,", id="key misspelt"),
        pytest.param('key = "thermometer"', "", "key", "key is missing", id="key left out"),
        pytest.param("scale = 0.01", "scale = nan", "field.2.scale", "finite", id="nan"),
        pytest.param("scale = 0.01", 'scale = "x"', "field.2.scale", "number", id="no number"),
        pytest.param("skip = 1", "skip = 1.5", "field.1.skip", "whole number", id="not whole"),
        pytest.param("skip = 1", "skip = 600", "field.1.skip", "at most 512", id="too many"),
        pytest.param('"thermometer"', '"My one"', "key", "small letters", id="key"),
        pytest.param('"A thermometer"', '""', "title", "between the quotes", id="no title"),
        pytest.param("manufacturer = 4660", 'manufacturer = "x"', "manufacturer", "whole", id="m"),
        pytest.param("[advertised]", "[[advertised]]", "advertised", "block", id="a list"),
        pytest.param("[[characteristic]]\nuuid", "[characteristic]\nuuid", "t.toml", "", id="one"),
        pytest.param('"0000fff1-0000-1000-8000-00805f9b34fb"', "3", "uuid", "quotes", id="a 3"),
        pytest.param("skip = 1", "skip = 1\ncolor = 2", "field.1.color", "no word", id="color"),
        pytest.param('"error"', '"asleep"', "absent", "not-a-number", id="absence"),
        pytest.param('name = "second"\n', "", "characteristic.1", "name of its own", id="names"),
        pytest.param("services = [", "service = [", "advertised", "", id="unknown word"),
    ],
)
def test_what_cannot_be_is_refused_with_place_and_next_step(
    old: str, new: str, place: str, step: str
) -> None:
    assert old in GOOD
    with pytest.raises(DescriptionRefused) as refused:
        parse(GOOD.replace(old, new, 1), "t.toml")
    assert "t.toml" in str(refused.value)
    assert place in str(refused.value)
    assert step in refused.value.next_step
    said = str(refused.value) + refused.value.next_step
    assert not any(word in said for word in ("nput", "valid", "[full_uuid", "Field", "Extra"))


def test_text_that_is_no_toml_is_refused() -> None:
    with pytest.raises(DescriptionRefused, match=r"t.toml is not TOML"):
        parse("key = [", "t.toml")
    with pytest.raises(DescriptionRefused, match=r"t.toml is not TOML, at line 2, column"):
        parse("key = 1\nkey = 2\n", "t.toml")


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
    with pytest.raises(ValueError, match="cannot say"):
        layout.encode({"one": Decimal(256)})


CUFF = """
key = "closed-cuff"
title = "A cuff with a protocol of its own"
source = "found out by its owner"

[advertised]
name_prefix = "CUFF"

[[characteristic]]
uuid = "0000fff1-0000-1000-8000-00805f9b34fb"
delivery = "stored"
others = true

[[characteristic.field]]
name = "what it is"
type = "uint8"
expect = 0xA5

[[characteristic.field]]
name = "flags"
type = "uint8"
quality = { 0 = "moved", 2 = "irregular-pulse" }

[[characteristic.field]]
type = "uint16"
scale = 0.1
kind = "blood_pressure"
component = "systolic"
unit = "mm[Hg]"

[[characteristic.field]]
type = "uint16"
scale = 0.1
kind = "blood_pressure"
component = "diastolic"
unit = "mm[Hg]"

[[characteristic.field]]
type = "uint16"
bits = [0, 8]
kind = "heart_rate"
unit = "/min"
when = { field = "flags", bit = 7 }

[[characteristic.field]]
name = "number"
type = "uint16"
record_number = true

[[characteristic.field]]
name = "who"
type = "uint8"
user = true

[[characteristic.field]]
time = "date-time"
"""


def test_a_cuff_tells_flags_components_user_time_and_number() -> None:
    layout = parse(CUFF, "c.toml").layout(packet("").characteristic)
    data = "a5" + "85" + "d204" + "2003" + "48fe" + "0700" + "02" + "ea070b160a1e00"
    pressure, pulse = layout.readings(packet(data))
    assert pressure == Record(
        kind("blood_pressure"),
        Components((Decimal("123.4"), Decimal("80.0")), "mm[Hg]"),
        told=datetime(2026, 11, 22, 10, 30),  # noqa: DTZ001
        user=2,
        identity="7@2026-11-22T10:30:00",
        quality=Quality.MOVED | Quality.IRREGULAR_PULSE,
    )
    assert pulse.value == Quantity(Decimal(72), "/min")
    (alone,) = layout.readings(packet(data.replace("a585", "a500").replace("48fe", "")))
    assert alone.kind == "blood_pressure"
    assert alone.quality is Quality.NONE


def test_a_packet_of_another_sort_says_nothing() -> None:
    layout = parse(CUFF, "c.toml").layout(packet("").characteristic)
    assert list(layout.readings(packet("a601"))) == []
    strict = parse(CUFF.replace("others = true", ""), "c.toml")
    with pytest.raises(DecodeError, match="what it is is not 165"):
        list(strict.layout(packet("").characteristic).readings(packet("a601")))


def test_a_time_that_is_not_known_is_when_the_packet_came() -> None:
    layout = parse(CUFF, "c.toml").layout(packet("").characteristic)
    (one,) = layout.readings(packet("a500d2042003" + "0700" + "02" + "00000000000000"))
    assert isinstance(one, Record)
    assert (one.told, one.identity, one.user) == (None, "", 2)


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        pytest.param('component = "diastolic"', "", "components", id="a component left out"),
        pytest.param('"diastolic"', '"systolic"', "a name of its own", id="twice the same"),
        pytest.param('"diastolic"', '"mean"', "systolic, diastolic", id="one that is needed"),
        pytest.param('field = "flags"', 'field = "flag"', "before it", id="a field not there"),
        pytest.param('"moved"', '"shaken"', "moved", id="a word not known"),
        pytest.param("bits = [0, 8]", "bits = [0, 16]", "within the number", id="bits"),
        pytest.param("expect = 0xA5", "kind = 1", "", id="no kind"),
    ],
)
def test_what_cannot_be_in_a_cuff_is_refused(old: str, new: str, step: str) -> None:
    with pytest.raises(DescriptionRefused) as refused:
        parse(CUFF.replace(old, new, 1), "c.toml")
    assert step in refused.value.next_step


@settings(max_examples=300)
@given(st.binary(max_size=30), st.booleans())
def test_any_bytes_are_read_or_refused(data: bytes, others: bool) -> None:
    text = CUFF if others else CUFF.replace("others = true", "")
    layout = parse(text, "c.toml").layout(packet("").characteristic)
    try:
        list(layout.readings(packet(data.hex())))
    except DecodeError:
        assert not others


@given(
    st.integers(0, 0xFF),
    st.tuples(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(0, 511)),
    st.integers(0, 0xFF),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001
)
def test_what_the_cuff_writes_it_reads(
    flags: int, numbers: tuple[int, int, int], who: int, told: datetime
) -> None:
    layout = parse(CUFF, "c.toml").layout(packet("").characteristic)
    said: dict[str, Sent] = {
        "flags": Decimal(flags),
        "systolic": numbers[0] * Decimal("0.1"),
        "diastolic": numbers[1] * Decimal("0.1"),
        "heart_rate": Decimal(numbers[2]),
        "number": Decimal(numbers[0]),
        "who": Decimal(who),
        "time": told,
    }
    first, *_ = layout.readings(packet(layout.encode(said).hex()))
    assert isinstance(first, Record)
    assert first.told == told.replace(microsecond=0)
    assert first.user == who
    assert first.value == Components((said["systolic"], said["diastolic"]), "mm[Hg]")  # type: ignore[arg-type]  # numbers
