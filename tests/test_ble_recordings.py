"""Recordings turn into the readings that are written beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.hearing import Hearing
from adapters.ble.profile import Told, told_by
from adapters.ble.record import Record
from adapters.ble.recording import Recording, read, write
from adapters.errors import DecodeError
from adapters.reading import DeviceKey, Reading, canonical, text_of

FOLDER = Path(__file__).parent / "recordings"
RECORDINGS = sorted(FOLDER.glob("*.jsonl"))


BEGAN = {"glucose-sensor": 1_772_362_800_000}
"""When a recording is replayed whose device tells of a day: no sensor knows of a time to come."""


def told(recording: Recording) -> str:
    """One line a reading, or a line that says why there is none.

    A record is shown with the time that its device told, its user and what tells it from others;
    a place, which makes no reading, as such.
    """
    lines = []
    profile, hearing = built_in()[recording.profile], Hearing()
    began = BEGAN.get(recording.profile, 0)
    for packet in recording.replayed(DeviceKey("recorded"), began):
        if packet.characteristic in profile.asks:
            hearing.said[packet.characteristic] = packet.data
            hearing.said_at[packet.characteristic] = packet.received
            continue
        try:
            for one in told_by(profile, packet, hearing):
                lines.append(_line(one, packet.received))
            locate = profile.locates.get(packet.characteristic)
            for place in locate(packet) if locate is not None else ():
                altitude = "" if place.altitude is None else f" {place.altitude}"
                lines.append(f"{place.at} stays here: {place.latitude} {place.longitude}{altitude}")
        except DecodeError as error:
            lines.append(f"{packet.received - began} refused: {error}")
    return "\n".join(lines) + "\n"


def _line(one: Told, received: int) -> str:
    reading = Reading(one.kind, received, one.value)
    value, decimals = canonical(reading)
    when = one.start if isinstance(one, Reading) else one.told or received
    line = f"{when} {one.kind} {text_of(value, decimals)} {one.nth} {int(one.quality)}"
    if isinstance(one, Record):
        line += f" [{one.identity}]" + (f" user {one.user}" if one.user is not None else "")
    return line + (f" {one.where}" if one.where else "")


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording_turns_into_its_readings(path: Path) -> None:
    recording = read(path.read_text(encoding="utf-8"))
    assert told(recording) == path.with_suffix(".readings").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording_is_written_as_it_was_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert write(read(text)) == text


def test_every_profile_has_a_recording() -> None:
    recorded = {read(path.read_text(encoding="utf-8")).profile for path in RECORDINGS}
    assert recorded == set(built_in().profiles)


def test_a_recording_keeps_neither_device_nor_time_of_day() -> None:
    recording = read((FOLDER / "polar_h10.jsonl").read_text(encoding="utf-8"))
    again = recording.replayed(DeviceKey("mine"), 1_700_000_000_000)
    taken = Recording.of(recording.profile, recording.origin, again)
    assert taken == recording
    assert "mine" not in write(taken)


def test_a_line_that_lacks_something_is_named() -> None:
    with pytest.raises(ValueError, match="lacks 'data'"):
        read('{"profile":"x","origin":"y"}\n{"at_ms":0,"characteristic":"z"}\n')
