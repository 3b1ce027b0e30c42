"""Readings of users that nobody knows: they wait here until a person says whose they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.ble.record import UNKNOWN_USER as OF_THE_RADIO
from adapters.kinds import kind
from adapters.local_events import LinkEvent, LocalBatch, LocalName, Unclaimed
from adapters.reading import (
    Absence,
    Components,
    DeviceFacts,
    DeviceKey,
    PersonKey,
    Quantity,
    Reading,
)
from gateway.commands.everything import main
from gateway.parts.permission import look
from gateway.pipeline import take_in
from gateway.radio import catalog_of
from gateway.rights.whose import UNKNOWN_USER, Whose
from gateway.sharing.errors import NotAllowed
from gateway.sharing.offer import allow_collecting
from gateway.sharing.recipients import Act
from gateway.sharing.refusal import stop_collecting
from gateway.store.consent_codes import codes_of, set_code
from gateway.store.slots import Slot
from tests.fakes_web import NOW, Furnished, make_home
from tests.road import tables_of

SCALE = DeviceKey("scale")
WEIGHT = kind("body_weight")
HOUR = 3_600_000
REFUSED, WRONG_USE = 3, 2


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    """Ingrid, who allows Bluetooth, Olav, who does not, and a scale."""
    made = make_home(tmp_path)
    house = made.house
    allow_collecting(house.ledger, made.person, "ble", made.act)
    house.people.add("Olav", "1959-05", NOW)
    facts = DeviceFacts(made.person, SCALE, "Bathroom scale")
    house.devices.add(facts, adapter="ble", profile="weight-scale", simulated=True, now=NOW)
    house.local.set_name(LocalName(SCALE, "address", "C0:FF:EE:00:00:07", NOW))
    yield made
    house.close()


def _weighed(number: int, user: int, *, kilos: str = "72.4", clock: int = 0) -> Unclaimed:
    start = NOW - 10 * HOUR + number * HOUR + clock
    reading = Reading(WEIGHT, start, Quantity(Decimal(kilos), "kg"))
    return Unclaimed(SCALE, user, reading, f"2a9d:{number}", NOW)


def _come(home: Furnished, *events: Unclaimed) -> None:
    batch = LocalBatch([LinkEvent(SCALE, NOW, "connected"), *events])
    take_in(home.house, [batch], adapter="ble", at=NOW)


def _olav(home: Furnished) -> PersonKey:
    return home.house.people.list()[1].key


def _stored(home: Furnished, person: PersonKey | None = None) -> list[tuple[Any, int]]:
    readings = home.house.readings
    return [
        (row.value, row.start)
        for series in readings.series(person or home.person)
        for row in readings.window(series.id, 0, 2 * NOW, 1000)
    ]


def _whose(home: Furnished) -> Whose:
    return home.house.whose()


def test_both_sides_call_an_unknown_user_by_one_number() -> None:
    assert UNKNOWN_USER == OF_THE_RADIO


def test_what_is_nobodys_yet_waits_once_and_not_where_something_is_sent(home: Furnished) -> None:
    for _ in range(2):
        _come(home, _weighed(1, 2), _weighed(2, 2))
    assert [one.value for one in _whose(home).waiting()] == [72.4, 72.4]
    rows = str(tables_of(home.house))
    assert "72.4" not in rows
    assert "2a9d:1" not in rows
    assert home.house.local.counts()["unclaimed"] == 2


def test_readings_that_are_not_of_their_kind_stop_nothing(home: Furnished) -> None:
    wrong = Reading(WEIGHT, NOW, Components((Decimal(1),), "kg"))
    _come(home, Unclaimed(SCALE, 1, wrong, "", NOW), _weighed(1, 1))
    assert len(_whose(home).waiting()) == 1


def test_a_number_that_is_claimed_is_this_persons_from_then_on(home: Furnished) -> None:
    _come(home, _weighed(1, 2), _weighed(2, 2), _weighed(3, 1))
    assert _whose(home).this_user_is(SCALE, 2, home.person, home.act) == 2
    assert len(_stored(home)) == 2
    assert [one.user for one in _whose(home).waiting()] == [1]
    _come(home, _weighed(4, 2))  # the radio does not know of the answer yet
    assert len(_stored(home)) == 3
    assert [one.user for one in _whose(home).waiting()] == [1]
    entry = home.house.audit.entries()[-1]
    assert entry.act == "slot.claimed"
    assert entry.detail == {"device": SCALE, "user": 2, "readings": 2}


def test_what_was_claimed_is_not_doubled_when_it_is_fetched_again_by_another_clock(
    home: Furnished,
) -> None:
    _come(home, _weighed(1, 2))
    _whose(home).this_user_is(SCALE, 2, home.person, home.act)
    stored = _stored(home)
    _come(home, _weighed(1, 2, clock=5 * HOUR), _weighed(1, 2))
    assert _stored(home) == stored
    assert _whose(home).waiting() == []


def test_nobody_gets_readings_who_does_not_let_them_be_collected(home: Furnished) -> None:
    _come(home, _weighed(1, 2), _weighed(2, UNKNOWN_USER))
    numbers = [one.number for one in _whose(home).waiting()]
    act = Act(NOW, f"person:{_olav(home)}", "test")
    with pytest.raises(NotAllowed) as refused:
        _whose(home).this_user_is(SCALE, 2, _olav(home), act)
    assert "consent grant collect ble" in refused.value.next_step
    with pytest.raises(NotAllowed):
        _whose(home).these_are(numbers, _olav(home), act)
    assert _stored(home, _olav(home)) == []
    assert home.house.slots.list() == []
    assert len(_whose(home).waiting()) == 2


def test_a_number_is_said_once(home: Furnished) -> None:
    allow_collecting(home.house.ledger, _olav(home), "ble", home.act)
    _whose(home).this_user_is(SCALE, 2, home.person, home.act)
    with pytest.raises(NotAllowed, match="somebody else's"):
        _whose(home).this_user_is(SCALE, 2, _olav(home), home.act)
    with pytest.raises(NotAllowed, match="somebody's"):
        _whose(home).this_user_is_nobody(SCALE, 2, home.act)
    _whose(home).this_user_is(SCALE, 2, home.person, home.act)
    _whose(home).this_user_is_nobody(SCALE, 3, home.act)
    _whose(home).this_user_is(SCALE, 3, home.person, home.act)  # the guest moved in


def test_a_guests_readings_are_thrown_away_and_do_not_come_back(home: Furnished) -> None:
    _come(home, _weighed(1, 4), _weighed(2, 1))
    assert _whose(home).this_user_is_nobody(SCALE, 4, home.act) == 1
    _come(home, _weighed(1, 4), _weighed(3, 4))
    assert [one.user for one in _whose(home).waiting()] == [1]
    assert _stored(home) == []


def test_single_readings_of_unknown_users_are_answered_one_by_one(home: Furnished) -> None:
    _come(home, *(_weighed(number, UNKNOWN_USER, kilos=f"7{number}.5") for number in (1, 2, 3)))
    mine, guests, open_ = _whose(home).waiting()
    assert _whose(home).these_are([mine.number], home.person, home.act) == 1
    assert _whose(home).these_are_nobodys([guests.number, 999], home.act) == 1
    _come(home, *(_weighed(number, UNKNOWN_USER, kilos=f"7{number}.5") for number in (1, 2, 3)))
    assert [value for value, _ in _stored(home)] == [71.5]
    assert _whose(home).waiting() == [open_]
    with pytest.raises(NotAllowed, match="anybody"):
        _whose(home).this_user_is(SCALE, UNKNOWN_USER, home.person, home.act)


def test_an_answer_and_a_reading_at_one_time_find_each_other(home: Furnished) -> None:
    home.house.local.take_in(LocalBatch([_weighed(1, 2), _weighed(2, 3)]))
    home.house.slots.set(Slot(SCALE, 2, home.person, NOW))
    home.house.slots.set(Slot(SCALE, 3, None, NOW))
    assert _whose(home).waiting() == []
    assert _whose(home).finish(NOW) == 2
    assert len(_stored(home)) == 1
    assert home.house.local.counts()["unclaimed"] == 0


def test_after_permission_ended_nothing_of_a_user_is_kept(home: Furnished) -> None:
    _whose(home).this_user_is(SCALE, 2, home.person, home.act)
    stop_collecting(home.house.ledger, home.person, "ble", home.act)
    _come(home, _weighed(1, 2))
    assert (_stored(home), home.house.local.counts()["unclaimed"]) == ([], 0)


def test_the_radio_learns_numbers_and_codes_of_those_who_allow_it(home: Furnished) -> None:
    path = str(home.house.path)
    assert main(["--home", path, "devices", "whose", SCALE, "2", "Ingrid", "--code", "1234"]) == 0
    home.house.slots.set(Slot(SCALE, 3, _olav(home), NOW))
    home.house.slots.set(Slot(SCALE, 4, None, NOW))
    paired = _paired(home)
    assert (paired.slots, paired.codes) == ({2: home.person}, {2: 1234})
    assert codes_of(home.house.local.db, SCALE) == {2: 1234}
    stop_collecting(home.house.ledger, home.person, "ble", home.act)
    assert (_paired(home).slots, _paired(home).codes) == ({}, {})


def _paired(home: Furnished) -> Any:
    (profile, *_) = catalog_of(home.house).profiles
    home.house.devices.add(
        DeviceFacts(home.person, SCALE, "Bathroom scale"),
        adapter="ble", profile=profile, simulated=True, now=NOW,
    )  # fmt: skip
    (paired,) = look(home.house, catalog_of(home.house), NOW).paired.values()
    return paired


def test_a_forgotten_device_leaves_neither_numbers_nor_codes_nor_questions(
    home: Furnished,
) -> None:
    path = str(home.house.path)
    main(["--home", path, "devices", "whose", SCALE, "2", "Ingrid", "--code", "1234"])
    _come(home, _weighed(1, 1))
    assert main(["--home", path, "devices", "forget", SCALE]) == 0
    assert home.house.slots.list() == []
    assert codes_of(home.house.local.db, SCALE) == {}
    assert _whose(home).waiting() == []


def _answer(home: Furnished, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    path = str(home.house.path)
    capsys.readouterr()
    code = main(["--home", path, "devices", "whose", *words, "--json"])
    answer = json.loads(capsys.readouterr().out)
    return answer if code == 0 else (code, answer)


def test_the_command_shows_what_waits_and_takes_answers(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    _come(home, _weighed(1, 2), replace(_weighed(2, UNKNOWN_USER), device=SCALE))
    numbered, single = _answer(home, capsys)["waiting"]
    assert numbered["user"] == 2
    assert single["user"] is None
    assert numbered["value"] == "72.4"
    assert numbered["title"] == "Bathroom scale"
    path = str(home.house.path)
    assert main(["--home", path, "devices", "whose"]) == 0
    said = capsys.readouterr().out
    assert "72.4 kg" in said
    assert f"devices whose {SCALE} 2 PERSON" in said
    code, refused = _answer(home, capsys, SCALE, "2", "Olav")
    assert code == REFUSED
    assert refused["next_step"].startswith("Allow it first")
    assert _answer(home, capsys, "Bathroom scale", "2", "Ingrid")["readings"] == 1
    told = _answer(home, capsys, "--reading", str(single["number"]), "--nobody")
    assert told == {"person": None, "readings": 1}
    assert _answer(home, capsys) == {"waiting": [], "spells": []}


def test_a_failed_measurement_is_no_value_and_units_are_those_of_people(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    none, part = Absence.NOT_A_NUMBER, Decimal(120)
    pressures: list[tuple[Decimal | Absence, ...]] = [
        (none, none), (part, none), (part, Decimal(80))
    ]  # fmt: skip
    _come(
        home,
        *(
            Unclaimed(
                SCALE, 2,
                Reading(kind("blood_pressure"), NOW - n * HOUR, Components(parts, "mm[Hg]")),
                f"2a35:{n}", NOW,
            )
            for n, parts in enumerate(pressures)
        ),
    )  # fmt: skip
    path = str(home.house.path)
    for command in (["devices", "whose"], ["readings", "--kind", "blood_pressure"]):
        if command[0] == "readings":
            _answer(home, capsys, SCALE, "2", "Ingrid")
        assert main(["--home", path, *command]) == 0
        said = capsys.readouterr().out
        assert "absent" not in said
        assert "mm[Hg]" not in said
        assert "120/80" in said
        assert "120/no value" in said
        assert said.count("no value") == 2


def test_a_number_that_was_mistyped_is_taken_back_by_itself(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    _paired(home)
    _come(home, _weighed(1, 2))
    _answer(home, capsys, SCALE, "2", "Ingrid")
    home.house.slots.set(Slot(SCALE, 9, home.person, NOW))
    set_code(home.house.local.db, SCALE, 9, 1)
    set_code(home.house.local.db, SCALE, 2, 42)
    code, said = _answer(home, capsys, SCALE, "9", "--nobody")
    assert code == REFUSED
    assert said["next_step"].endswith(f"devices whose {SCALE} 9 --undo")
    undone = _answer(home, capsys, SCALE, "9", "--undo")
    assert undone == {"device": SCALE, "user": 9, "person": None}
    assert codes_of(home.house.local.db, SCALE) == {2: 42}
    assert [one.user for one in home.house.slots.list(SCALE)] == [2]
    assert _paired(home).slots == {2: home.person}
    assert home.house.audit.entries()[-1].act == "slot.undone"
    code, said = _answer(home, capsys, SCALE, "9", "--undo")
    assert (code, said["error"][:6]) == (REFUSED, "Nobody")
    stored = _stored(home)
    _answer(home, capsys, SCALE, "2", "--undo")
    _come(home, _weighed(1, 2), _weighed(3, 2))
    assert _stored(home) == stored, "what was taken in stays"
    assert [one.user for one in _whose(home).waiting()] == [2], "and is not asked about again"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([SCALE, "300", "Ingrid"], "A user number is 0 to 254; this device gave 2."),
        ([SCALE, "2", "Ingrid", "--code", "abc"], "abc is no code: a code has up to four digits."),
        ([SCALE, "2", "Ingrid", "--code", "12345"], "12345 is no code"),
        (["nosuch"], "No device is called nosuch."),
        ([SCALE, "", "Ingrid"], "Which user number?"),
    ],
)
def test_what_is_wrong_is_said(
    home: Furnished, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    _come(home, _weighed(1, 2))
    _, said = _answer(home, capsys, *words)
    assert said["error"].startswith(why)
    assert home.house.slots.list() == []


@pytest.mark.parametrize(
    "words",
    [
        [SCALE, "2"],
        [SCALE, "2", "--undo", "--nobody"],
        ["--undo"],
        [SCALE, "--undo"],
        [SCALE, "2", "Ingrid", "--nobody"],
        [SCALE, "two", "Ingrid"],
        ["bicycle", "2", "Ingrid"],
        [SCALE, "2", "Nobody here"],
        ["--reading", "17", "--person", "Ingrid"],
    ],
)
def test_an_answer_that_is_not_understood_changes_nothing(
    home: Furnished, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    _come(home, _weighed(1, 2))
    code, said = _answer(home, capsys, *words)
    assert code == WRONG_USE
    assert said["next_step"]
    assert home.house.slots.list() == []
    assert len(_whose(home).waiting()) == 1
