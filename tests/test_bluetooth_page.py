"""The table of what is read over Bluetooth has no empty cell."""

from __future__ import annotations

from dataclasses import fields

import pytest

from adapters.ble.characteristic import Characteristic, every
from adapters.ble.formats.uuids import assigned
from adapters.kinds import all_kinds
from scripts.bluetooth_page import fhir_of, page, simulated

ONES = [pytest.param(one, id=f"{one.name}-{one.uuid[4:8]}") for one in every()]

# Bluetooth SIG, Assigned Numbers: the characteristics of the health and fitness services that
# carry, describe or control a measurement.
WANTED = {
    "Heart Rate": [0x2A37, 0x2A38, 0x2A39],
    "Health Thermometer": [0x2A1C, 0x2A1D, 0x2A1E, 0x2A21],
    "Blood Pressure": [0x2A35, 0x2A36, 0x2A49, 0x2B34, 0x2B35],
    "Glucose": [0x2A18, 0x2A34, 0x2A51, 0x2A52],
    "Continuous Glucose Monitoring": [0x2AA7, 0x2AA8, 0x2AA9, 0x2AAA, 0x2AAB, 0x2AAC],
    "Pulse Oximeter": [0x2A5E, 0x2A5F, 0x2A60],
    "Weight Scale": [0x2A9D, 0x2A9E],
    "Body Composition": [0x2A9B, 0x2A9C],
    "User Data": [0x2A99, 0x2A9A, 0x2A9F],
    "Running Speed and Cadence": [0x2A53, 0x2A54, 0x2A55, 0x2A5D],
    "Cycling Speed and Cadence": [0x2A5B, 0x2A5C],
    "Cycling Power": [0x2A63, 0x2A64, 0x2A65, 0x2A66],
    "Fitness Machine": [0x2ACC, 0x2ACD, 0x2ACE, 0x2AD1, 0x2AD2, 0x2AD3, 0x2AD9, 0x2ADA],
    "Physical Activity Monitor": [0x2B3B, 0x2B3C, 0x2B3D, 0x2B3E, 0x2B3F, 0x2B40, 0x2B41, 0x2B42],
    "Generic Health Sensor": [0x2B8B],
    "Location and Navigation": [0x2A67, 0x2A68, 0x2A69, 0x2A6A, 0x2A6B],
    "Environmental Sensing": [0x2BD0, 0x2906, 0x290B, 0x290C, 0x290D],
    "Battery": [0x2A19],
    "Device Information": [0x2A23, 0x2A24, 0x2A25, 0x2A26, 0x2A27, 0x2A28, 0x2A29, 0x2A50],
    "Current Time": [0x2A2B, 0x2A08],
}


@pytest.mark.parametrize("service", WANTED)
def test_every_characteristic_of_the_service_is_there(service: str) -> None:
    there = {one.uuid for one in every()}
    assert [hex(n) for n in WANTED[service] if assigned(n) not in there] == []


@pytest.mark.parametrize("one", ONES)
def test_every_field_says_what_becomes_of_it(one: Characteristic) -> None:
    there = {field.name for field in fields(one.value)}  # type: ignore[arg-type]  # a dataclass
    assert set(one.fields) == there
    for becomes in one.fields.values():
        assert bool(becomes.kinds) != bool(becomes.why)
        assert set(becomes.kinds) <= set(all_kinds())


@pytest.mark.parametrize("one", ONES)
def test_every_characteristic_is_offered_by_a_simulated_model(one: Characteristic) -> None:
    assert simulated().get(one.uuid)


@pytest.mark.parametrize("one", ONES)
def test_every_characteristic_names_its_source(one: Characteristic) -> None:
    assert one.source.strip()
    assert one.uuid == one.uuid.lower()


def test_the_page_has_no_empty_cell() -> None:
    lines = [line for line in page().splitlines() if line.startswith("|")]
    cells = [cell.strip() for line in lines for cell in line.strip("|").split("|")]
    assert cells
    assert all(cells)


def test_a_kind_that_is_not_about_the_person_is_never_sent() -> None:
    assert [fhir_of(row.kind) for row in all_kinds().values() if not row.shareable] != []
    for row in all_kinds().values():
        assert row.shareable != fhir_of(row.kind).startswith("never sent")
