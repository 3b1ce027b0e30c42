"""What devices are called: by the name that their owner gave, which stays here, or apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from adapters.ble.device_clock import DRIFT_WITHIN
from adapters.local_events import ClockSeen, LocalBatch, Unclaimed
from adapters.reading import DeviceFacts, DeviceKey, Quality
from gateway.commands.everything import main
from gateway.sharing.offer import allow_collecting
from gateway.store.clocks import FAR
from tests.fakes_web import DAY, MINUTE, NOW, Furnished, make_home, number
from tests.web_visitor import visiting

ADAS, OTHER, WATCH = DeviceKey("adas"), DeviceKey("other"), DeviceKey("watch")


def _add(home: Furnished, key: DeviceKey, at: int, title: str = "Omron X4") -> None:
    facts = DeviceFacts(home.person, key, title)
    home.house.devices.add(
        facts, adapter="ble", profile="blood-pressure-cuff", simulated=True, now=at
    )


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    """Two cuffs of one make, of which each has a question and a clock that was off."""
    made = make_home(tmp_path)
    made.know_risks()
    allow_collecting(made.house.ledger, made.person, "ble", made.act)
    _add(made, ADAS, NOW - 9 * DAY)
    _add(made, OTHER, NOW - 2 * DAY)
    for key in (ADAS, OTHER):
        made.take_in(key, [number("pulse_rate", NOW - MINUTE, "70", "/min")])
        reading = number("pulse_rate", NOW - 5 * MINUTE, "71", "/min")
        waits, look = Unclaimed(key, 1, reading, "", NOW), ClockSeen(key, NOW, 400, False)
        made.house.local.take_in(LocalBatch([waits, look]))
    yield made
    made.house.close()


def _run(home: Furnished, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["--home", str(home.house.path), *words])
    said = capsys.readouterr()
    return code, " ".join((said.out + said.err).split())


COMMANDS = (
    ["devices", "list"], ["devices", "whose"], ["devices", "clock"], ["status"], ["doctor"],
    ["readings", "--summary"],
)  # fmt: skip
PAGES = ("/readings", "/readings/pulse_rate", "/yours", "/times", "/stays/names")


async def test_look_alikes_are_told_apart_by_when_they_were_added(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in COMMANDS:
        _, said = _run(home, capsys, *command)
        assert "Omron X4 (added 2026-11-12)" in said, command
        assert "Omron X4 (added 2026-11-19)" in said, command
    async with visiting(home) as visitor:
        for page in ("/readings/pulse_rate", "/yours", "/times"):
            words = (await visitor.get(page)).words
            assert "Omron X4, added on 12 Nov 2026" in words, page
            assert "Omron X4, added on 19 Nov 2026" in words, page


async def test_a_given_name_stands_wherever_the_device_does(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = _run(home, capsys, "devices", "name", OTHER, "  Ada's   cuff ")
    assert (code, said) == (0, "Omron X4 is called Ada's cuff here. That stays here.")
    home.take_in(OTHER, [number("pulse_rate", NOW - 5, "69", "/min")])
    for command in COMMANDS:
        _, said = _run(home, capsys, *command)
        assert "Ada's cuff" in said, command
        assert "(added" not in said, command
    async with visiting(home) as visitor:
        for page in PAGES:
            assert "Ada's cuff" in unescape((await visitor.get(page)).words), page
    assert _run(home, capsys, "devices", "whose", "Ada's cuff", "1", "Ingrid")[0] == 0
    assert "Ada's cuff is forgotten" in _run(home, capsys, "devices", "forget", "Ada's cuff")[1]
    assert "given_name" not in home.house.local.counts()


def test_a_new_name_takes_the_place_of_the_old_one(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("Cuff upstairs", "Cuff downstairs"):
        _run(home, capsys, "devices", "name", ADAS, name)
    assert home.house.names().all()[ADAS].name == "Cuff downstairs"
    assert {"Cuff upstairs", "Cuff downstairs"} & set(home.house.local.all_values()) == {
        "Cuff downstairs"
    }
    assert _run(home, capsys, "devices", "name", ADAS, "--none")[0] == 0
    assert home.house.names().all()[ADAS].name == "Omron X4"


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "bell\x07", "cuff UPSTAIRS", "omron x4"])
def test_a_name_that_cannot_be_or_that_another_has_is_refused(
    home: Furnished, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    _run(home, capsys, "devices", "name", OTHER, "Cuff upstairs")
    code, said = _run(home, capsys, "devices", "name", ADAS, name)
    assert code == (2 if name != "omron x4" else 0), said
    assert home.house.names().all()[ADAS].name == ("Omron X4" if code else "omron x4")


@pytest.mark.parametrize(
    ("apart", "exactly"), [(DAY, "day"), (MINUTE, "minute"), (1, "second"), (0, "second")]
)
def test_how_exactly_the_time_must_be_said(home: Furnished, apart: int, exactly: str) -> None:
    for key, at in ((ADAS, NOW), (OTHER, NOW + apart)):
        home.house.opened.gateway.conn.execute(
            "UPDATE device SET added_at = ? WHERE key = ?", (at, key)
        )
    assert home.house.names().all()[ADAS].exactly == exactly


def test_what_was_imported_was_added_by_nobody(home: Furnished) -> None:
    for key in (WATCH, DeviceKey("watch 2")):
        facts = DeviceFacts(home.person, key, "Apple Watch")
        home.house.devices.add(
            facts, adapter="healthkit", profile="healthkit", simulated=True, now=NOW
        )
    assert home.house.names().all()[WATCH].exactly == ""


def _doubtful(home: Furnished, key: DeviceKey, at: int) -> None:
    home.clock.at = at
    home.take_in(key, [number("pulse_rate", at - 5, "66", "/min", Quality.CLOCK_NOT_TRUSTED)])


def _looks(home: Furnished, *looks: ClockSeen) -> None:
    home.house.local.take_in(LocalBatch(looks))


def test_both_sides_call_a_clock_far_off_alike() -> None:
    assert DRIFT_WITHIN.total_seconds() * 1000 == FAR


async def test_the_look_that_raised_the_doubt_is_shown_not_the_latest(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    raised = ClockSeen(ADAS, NOW - 3 * DAY, -180 * MINUTE, False)
    was_set = replace(raised, at=raised.at + 2 * MINUTE, was_set=True)
    _looks(home, raised, was_set, ClockSeen(ADAS, NOW - DAY, 900, False))
    _doubtful(home, ADAS, raised.at + MINUTE)
    home.clock.at = NOW
    async with visiting(home) as visitor:
        words = (await visitor.get("/times")).words
    assert "Its clock was 3 hours behind when it was read on 18 Nov 2026, 16:00" in words
    assert "It was set right on 18 Nov 2026, 16:02." in words
    assert "When it was last read, on 21 Nov 2026, 16:00, it was right to the minute." in words
    _, said = _run(home, capsys, "devices", "clock")
    assert "Its clock was 3 hours behind on 2026-11-18" in said
    assert "and was set right on 2026-11-18" in said


async def test_each_look_that_raised_a_doubt_is_shown_and_no_other(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clock that was off, set, and put ahead again while it ran: what waits is of both."""
    first = ClockSeen(ADAS, NOW - 5 * DAY, -120 * MINUTE, False)
    quiet = ClockSeen(ADAS, NOW - 4 * DAY, 240 * MINUTE, True)
    second = ClockSeen(ADAS, NOW - 3 * DAY, 30 * MINUTE, False)
    looks = (first, replace(first, at=first.at + MINUTE, was_set=True), quiet, second)
    again = replace(second, at=second.at + 60 * MINUTE, ahead_ms=second.ahead_ms + 900)
    _looks(home, *looks, again, replace(again, at=again.at + MINUTE, was_set=True))
    _doubtful(home, ADAS, first.at + 2 * MINUTE)
    _doubtful(home, ADAS, again.at + 2 * MINUTE)
    home.clock.at = NOW
    _, said = _run(home, capsys, "devices", "clock", "--json")
    (told,) = [one for one in json.loads(said)["clocks"] if one["device"] == ADAS]
    assert [one["ahead_ms"] for one in told["doubts"]] == [-120 * MINUTE, 30 * MINUTE]
    async with visiting(home) as visitor:
        words = (await visitor.get("/times")).words
    assert "Its clock was 2 hours behind when it was read on 16 Nov 2026, 16:01" in words
    assert "Its clock was 30 minutes ahead when it was read on 18 Nov 2026, 16:00" in words
    assert "4 hours ahead" not in words
    _, said = _run(home, capsys, "devices", "clock")
    said = " ".join(said.split())
    assert "2 hours behind on 2026-11-16" in said
    assert "; 30 minutes ahead on 2026-11-18" in said


def test_a_look_for_which_somebody_must_answer_is_kept_as_long(home: Furnished) -> None:
    raised = ClockSeen(ADAS, NOW - 30 * DAY, 90 * MINUTE, False)
    _looks(home, raised, ClockSeen(ADAS, NOW - 29 * DAY, 0, False))
    _doubtful(home, ADAS, raised.at + MINUTE)
    times = home.house.device_times()
    assert list(times.needed()) == [raised]
    home.house.local.purge(NOW, clocks=times.needed())
    assert [one.at for one in home.house.local.clocks(ADAS)] == [NOW, raised.at]
    times.say(ADAS, home.person, home.act, right=False)
    home.house.local.purge(NOW, clocks=times.needed())
    assert [one.at for one in home.house.local.clocks(ADAS)] == [NOW]


@pytest.mark.parametrize("word", ["--wrong", "--confirm"])
def test_after_an_answer_nothing_asks_again(
    home: Furnished, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    _doubtful(home, ADAS, NOW)
    grant = home.agree("pulse_rate")
    home.send("pulse_rate", grant, {"withheld": 1}, NOW)
    home.house.opened.gateway.conn.execute("UPDATE delivery SET outcome = 'clock_not_trusted'")
    assert "Say whether the times are right" in _run(home, capsys, "sent")[1]
    assert "devices clock" in _run(home, capsys, "status")[1]
    assert _run(home, capsys, "devices", "clock", ADAS, word)[0] == 0
    _, said = _run(home, capsys, "sent")
    assert "Say whether" not in said
    assert ("gave a wrong time" in said) is (word == "--wrong")
    assert "devices clock" not in _run(home, capsys, "status")[1]
    assert "--confirm" not in _run(home, capsys, "devices", "clock")[1]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("👨\u200d👩\u200d👧 Meter", ""),
        ("می\u200cخواهم", ""),
        ("\u200d", "A name has 1 to 60 letters."),
        ("x" * 61, "A name has 1 to 60 letters."),
        ("red\x1b[31m", "A name has only letters and signs that can be seen."),
    ],
)
def test_a_name_may_be_any_that_can_be_seen(
    home: Furnished, capsys: pytest.CaptureFixture[str], told: str, why: str
) -> None:
    code, said = _run(home, capsys, "devices", "name", ADAS, told)
    assert (code == 0, why in said) == (not why, True)
    if not why:
        assert told in said
        assert told in _run(home, capsys, "devices", "list")[1]
        parted = told.replace("\u200d", "").replace("\u200c", "")
        code, said = _run(home, capsys, "devices", "name", OTHER, parted)
        assert (code, "Another device is called" in said) == (2, True), "they may look alike"
