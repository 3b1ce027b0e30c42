"""What stays here never gets into what may be shared."""

from __future__ import annotations

from pathlib import Path

from scripts.export_text import SOURCES
from tests.fakes_healthkit import Imported, document, make, record, run

CANARY = "zq7canary"
DEVICE = (
    f"&lt;&lt;HKDevice: 0x66aaba640&gt;, name:{CANARY} strap, manufacturer:Apple Inc.,"
    f" model:Watch, hardware:Watch6,12, software:{CANARY}, localIdentifier:{CANARY}-1,"
    f" UDIDeviceIdentifier:{CANARY}-2, creation date:2026-01-15 22:56:09 +0000&gt;"
)
METADATA = "".join(
    f'<MetadataEntry key="{key}" value="{CANARY} {key}"/>'
    for key in (
        "HKTimeZone",
        "HKWeatherTemperature",
        "HKWeatherHumidity",
        "HKExternalUUID",
        "HKDeviceSerialNumber",
        "HKElevationAscended",
        f"{CANARY} note",
    )
)


def shared(found: Imported) -> str:
    """Everything that could leave the house, and the report, as one text."""
    return repr(found.batches) + repr(found.facts) + repr(found.report.as_dict())


def test_no_name_identifier_or_metadata_reaches_a_reading(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    entry = record(
        "HKQuantityTypeIdentifierHeartRate",
        "61",
        "count/min",
        sourceName=f"{CANARY} phone",
        sourceVersion=CANARY,
        device=DEVICE,
    )
    refused = record(f"{CANARY} type", CANARY, CANARY, sourceName=CANARY)
    odd = record("HKQuantityTypeIdentifierHeartRate", CANARY, CANARY, sourceName=CANARY)
    workout = (
        f' <Workout workoutActivityType="{CANARY}" sourceName="{CANARY}"'
        ' startDate="2026-01-15 10:00:00 +0100" endDate="2026-01-15 10:30:00 +0100">'
        f"{METADATA}</Workout>\n"
    )
    path.write_bytes(
        document(
            [
                f' <Me HKCharacteristicTypeIdentifierDateOfBirth="{CANARY}"/>\n',
                entry.replace("/>", f">{METADATA}</Record>"),
                refused,
                odd,
                workout,
                f" <{CANARY}/>\n",
            ]
        )
    )
    found = run(path)
    assert len(found.rows) == 1
    assert CANARY not in shared(found)
    kept = {(name.what, name.name) for name in found.names}
    assert kept == {
        ("source_name", f"{CANARY} phone"),
        ("device_name", f"{CANARY} strap"),
        ("local_identifier", f"{CANARY}-1"),
    }


def test_names_zones_and_places_of_a_whole_export_stay_here(tmp_path: Path) -> None:
    make(tmp_path / "e.zip", days=5)
    found = run(tmp_path / "e.zip")
    text = shared(found)
    for name in (*SOURCES[:4], "Robin", "7F1C2A90", "Cuff 0042", "Zurich", "workout-routes"):
        assert name not in text
    assert found.positions
    for point in found.positions[::50]:
        for number in (point.latitude, point.longitude):
            assert f"{number:.4f}" not in text
    assert {name.what for name in found.names} == {
        "source_name",
        "device_name",
        "local_identifier",
    }
