"""`devices clock`: how far clocks are off, and what a person says of the times they gave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.local_events import ClockSeen, LocalBatch
from adapters.reading import DeviceFacts, DeviceKey, Quality
from gateway.commands.everything import main
from gateway.htmlkit.words import off_by
from tests.fakes_web import CUFF, NOW, SCALE, Furnished, make_home, number

MINUTE, HOUR = 60_000, 3_600_000


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    """A cuff an hour behind, with two readings; a scale that is right."""
    made = make_home(tmp_path)
    for key, title in ((CUFF, "Omron X4"), (SCALE, "Kitchen scale")):
        facts = DeviceFacts(made.person, key, title)
        made.house.devices.add(facts, adapter="ble", profile="x", simulated=True, now=NOW)
    looks = [ClockSeen(CUFF, NOW, -HOUR, True), ClockSeen(SCALE, NOW, 400, False)]
    made.house.local.take_in(LocalBatch(looks))
    doubtful = Quality.CLOCK_NOT_TRUSTED
    rows = [number("pulse_rate", NOW - at, "70", "/min", doubtful) for at in (HOUR, 2 * HOUR)]
    made.take_in(CUFF, rows)
    yield made
    made.house.close()


def _answer(home: Furnished, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    main(["--home", str(home.house.path), "devices", "clock", *words, "--json"])
    return json.loads(capsys.readouterr().out)


def test_it_shows_how_far_each_clock_is_off_and_what_waits(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    cuff, scale = _answer(home, capsys)["clocks"]
    assert (cuff["ahead_ms"], cuff["was_set"], cuff["waiting"]) == (-HOUR, True, 2)
    assert (scale["ahead_ms"], scale["was_set"], scale["waiting"]) == (400, False, 0)
    assert _answer(home, capsys, "Kitchen scale")["clocks"] == [scale]
    main(["--home", str(home.house.path), "devices", "clock"])
    said = " ".join(capsys.readouterr().out.split())
    assert "1 hour behind" in said
    assert "right to the minute" in said
    assert f"devices clock {CUFF} --confirm (or --wrong)" in said


@pytest.mark.parametrize(("word", "act"), [("--confirm", "confirmed"), ("--wrong", "wrong")])
def test_an_answer_is_written_down_once(
    home: Furnished, capsys: pytest.CaptureFixture[str], word: str, act: str
) -> None:
    told = _answer(home, capsys, "Omron X4", word)
    assert told == {"device": CUFF, "readings": 2, "right": word == "--confirm"}
    entry = next(one for one in home.house.audit.entries() if one.act == f"clock.{act}")
    assert entry.actor == f"person:{home.person}"
    assert entry.detail == {"device": CUFF, "readings": 2}
    assert _answer(home, capsys, CUFF, word)["readings"] == 0
    assert _answer(home, capsys)["clocks"][0]["waiting"] == 0


def test_in_a_family_everybody_s_are_shown_and_each_answers_for_their_own(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    home.house.people.add("Olav", "1959-05", NOW)
    path = str(home.house.path)
    assert main(["--home", path, "devices", "clock"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Not shared until Ingrid says" in said
    assert f'devices clock {CUFF} --confirm (or --wrong) --person "Ingrid"' in said
    assert [one["person"] for one in _answer(home, capsys)["clocks"]] == [home.person, None]
    assert _answer(home, capsys, CUFF, "--confirm")["next_step"] == "Here live: Ingrid, Olav."
    assert _answer(home, capsys, CUFF, "--confirm", "--person", "Olav")["readings"] == 0
    assert _answer(home, capsys, CUFF, "--confirm", "--person", "Ingrid")["readings"] == 2


def test_a_forgotten_device_can_still_be_answered_for(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    home.house.devices.forget(CUFF, NOW)
    home.house.local.forget(CUFF)
    assert [one["device"] for one in _answer(home, capsys)["clocks"]] == [CUFF, SCALE]
    assert _answer(home, capsys, CUFF, "--confirm")["readings"] == 2
    assert [one["device"] for one in _answer(home, capsys)["clocks"]] == [SCALE]


@pytest.mark.parametrize(
    "words", [["--confirm"], [CUFF, "--confirm", "--wrong"], ["bicycle", "--wrong"]]
)
def test_what_is_not_understood_changes_nothing(
    home: Furnished, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert _answer(home, capsys, *words)["exit_code"] == 2
    assert _answer(home, capsys)["clocks"][0]["waiting"] == 2


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (MINUTE, "right to the minute"),
        (-MINUTE, "right to the minute"),
        (90_000, "1 minute ahead"),
        (-3 * HOUR, "3 hours behind"),
        (400 * 24 * HOUR, "400 days ahead"),
    ],
)
def test_how_far_a_clock_is_off_in_words(ahead: int, words: str) -> None:
    assert off_by(ahead) == words


def test_a_device_whose_clock_was_never_read_is_not_listed(home: Furnished) -> None:
    strap = DeviceFacts(home.person, DeviceKey("strap"), "Strap")
    home.house.devices.add(strap, adapter="ble", profile="x", simulated=True, now=NOW)
    assert len(home.house.device_times().list(home.person)) == 2


def test_a_clock_that_cannot_be_read_is_doubted_by_its_readings(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    sensor = DeviceKey("sensor")
    facts = DeviceFacts(home.person, sensor, "Glucose sensor")
    home.house.devices.add(facts, adapter="ble", profile="x", simulated=True, now=NOW)
    home.take_in(sensor, [number("pulse_rate", NOW, "70", "/min", Quality.CLOCK_NOT_TRUSTED)])
    main(["--home", str(home.house.path), "devices", "clock", "Glucose sensor"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Glucose sensor in doubt, by its readings" in said
