"""Metadata by a closed list, and the beats within a variability reading."""

from __future__ import annotations

import struct
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from adapters.healthkit.metadata import flags_of
from adapters.reading import PLACES, SITUATIONS, Quality, place_of, quality_of, situation_of
from tests.fakes_healthkit import Imported, record, run_entries

HRV = "HKQuantityTypeIdentifierHeartRateVariabilitySDNN"


@pytest.mark.parametrize(
    ("metadata", "quality", "place", "situation"),
    [
        ({}, Quality.NONE, "", ""),
        ({"HKWasUserEntered": "1"}, Quality.ENTERED_BY_HAND, "", ""),
        ({"HKWasUserEntered": "0"}, Quality.NONE, "", ""),
        ({"HKMetadataKeyHeartRateMotionContext": "2"}, Quality.NONE, "", "active"),
        ({"HKHeartRateMotionContext": "0"}, Quality.NONE, "", ""),
        ({"HKBloodGlucoseMealTime": "1"}, Quality.NONE, "", "before a meal"),
        ({"HKBodyTemperatureSensorLocation": "9"}, Quality.NONE, "tympanum", ""),
        ({"HKHeartRateSensorLocation": "2", "HKWasUserEntered": "true"},
         Quality.ENTERED_BY_HAND, "wrist", ""),
        ({"HKSexualActivityProtectionUsed": "0"}, Quality.NONE, "", "without protection"),
        ({"HKQuantityClampedToUpperBound": "1"}, Quality.BEYOND_RANGE, "", ""),
        ({"HKTimeZone": "Europe/Zurich", "": "", "note": "1"}, Quality.NONE, "", ""),
    ],
)  # fmt: skip
def test_metadata_say_what_the_list_says(
    metadata: dict[str, str], quality: Quality, place: str, situation: str
) -> None:
    flags = flags_of(metadata)
    assert (quality_of(flags), place_of(flags), situation_of(flags)) == (quality, place, situation)


def test_every_word_of_the_list_is_one_that_a_reading_can_bear() -> None:
    text = resources.files("adapters.healthkit").joinpath("metadata.toml").read_text("utf-8")
    for values in tomllib.loads(text).values():
        for said in values.values():
            assert len(said) == 1
            assert said.get("place", "") in PLACES
            assert said.get("situation", "") in SITUATIONS
            assert said.get("quality", "NONE") in Quality.__members__


def test_nothing_else_of_the_metadata_is_kept_and_the_keys_are_told(tmp_path: Path) -> None:
    inside = "".join(
        f'<MetadataEntry key="{key}" value="canary"/>'
        for key in ("HKWeatherTemperature", "HKExternalUUID", "my key", "my other key", "MY KEY")
    )
    entry = record("HKQuantityTypeIdentifierHeartRate", "61", "count/min")
    found = run_entries(tmp_path, entry.replace("/>", f">{inside}</Record>"))
    assert len(found.rows) == 1
    assert found.report.unknown_metadata == {
        "HKWeatherTemperature": 1,
        "HKExternalUUID": 1,
        "an app's own": 3,
    }
    assert "canary" not in repr(found.batches) + repr(found.report) + repr(found.local)


def variability(tmp_path: Path, *times: str, rate: str = "61") -> Imported:
    beats = "".join(f'<InstantaneousBeatsPerMinute bpm="{rate}" time="{time}"/>' for time in times)
    inside = f"<HeartRateVariabilityMetadataList>{beats}</HeartRateVariabilityMetadataList>"
    entry = record(HRV, "48.5", "ms").replace("/>\n", f">{inside}</Record>\n")
    return run_entries(tmp_path, entry)


@pytest.mark.parametrize(
    "times",
    [
        ("11:59:59.50 AM", "12:00:00.25 PM", "12:00:01.00 PM"),
        ("23:59:59,50", "00:00:00,25", "00:00:01,00"),
        ("上午11:59:59.50", "下午12:00:00.25", "下午12:00:01.00"),
        ("١١:٥٩:٥٩٫٥٠ ص", "١٢:٠٠:٠٠٫٢٥ م", "١٢:٠٠:٠١٫٠٠ م"),
        ("7.24.59,50", "7.25.00,25", "7.25.01,00"),
    ],
)
def test_beats_are_the_same_list_on_every_clock(tmp_path: Path, times: tuple[str, ...]) -> None:
    found = variability(tmp_path, *times)
    [row] = found.of("heart_beats")
    [wave] = [wave for batch in found.batches for wave in batch.waveforms.values()]
    assert row[5] == wave.digest
    assert struct.unpack("<6i", wave.samples) == (0, 61, 750, 61, 1500, 61)
    assert [row[5] for row in found.of("heart_rate_variability")] == [48.5]
    assert (found.report.entries, found.report.beside, found.report.rows) == (1, 1, 2)


@pytest.mark.parametrize(
    ("time", "rate"),
    [
        ("soon", "61"),
        ("7:24:01.19 AM", "x"),
        ("7:24:01.19 AM", "0"),
        ("7:24:01.19", "1e9"),
    ],
)
def test_beats_that_cannot_be_read_cost_themselves_alone(
    tmp_path: Path, time: str, rate: str
) -> None:
    found = variability(tmp_path, time, rate=rate)
    assert [row[0] for row in found.rows] == ["heart_rate_variability"]
    assert found.report.left_out == {"heart beats that cannot be read": 1}
