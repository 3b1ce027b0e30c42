"""A device that several people use: nobody gets a reading before somebody says whose it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import battery_level, heart_rate
from adapters.ble.decoding import decoded
from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.ble.record import UNKNOWN_USER, Record
from adapters.kinds import Kind, kind
from adapters.local_events import LocalBatch, LocalName, Packet, Unclaimed
from adapters.reading import (
    Category,
    Components,
    DeviceFacts,
    DeviceKey,
    PersonKey,
    Quantity,
    Reading,
    ReadingBatch,
    batches,
    waveform,
)
from adapters.source import Arrival
from gateway import clock
from gateway.commands import devices_add
from gateway.commands.everything import main
from gateway.parts.permission import look
from gateway.parts.silence import Silence
from gateway.pipeline import take_in
from gateway.radio import catalog_of
from gateway.rights.occasions import occasions
from gateway.sharing.offer import allow_collecting
from gateway.store.nearby import LookedAround, Nearby
from gateway.store.unclaimed import Waiting
from tests.fakes_web import NOW, RADIO, Furnished, make_home, number
from tests.web_visitor import visiting

ANNA, BEN = PersonKey("anna"), PersonKey("ben")
SCALE, STRAP = DeviceKey("scale"), DeviceKey("strap")
WEIGHT = built_in()["weight-scale"]
HEART = built_in()["heart-rate-strap"]
(WEIGHING, *_) = WEIGHT.follows
SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000


def _decoded(paired: Paired, uuid: str, data: bytes, *, stored: bool = False) -> list[Arrival]:
    packet = Packet(paired.device, uuid, NOW, data, stored)
    came = decoded(paired, [packet], Hearing(), lambda _packet, why: complaints.append(why))
    *made, raw = came.arrivals
    assert raw == LocalBatch([packet])
    return made


complaints: list[str] = []


def _unclaimed(arrivals: list[Arrival]) -> list[Unclaimed]:
    events = [event for one in arrivals if isinstance(one, LocalBatch) for event in one.events]
    return [event for event in events if isinstance(event, Unclaimed)]


@pytest.mark.parametrize("several", [True, False])
def test_a_strap_that_several_wear_gives_nobody_a_beat(several: bool) -> None:
    made = _decoded(Paired(STRAP, ANNA, HEART, several=several), heart_rate.UUID, b"\x00\x48")
    if several:
        (one,) = _unclaimed(made)
        assert (one.user, one.live, one.reading.kind) == (UNKNOWN_USER, True, "heart_rate")
    else:
        (batch,) = made
        assert isinstance(batch, ReadingBatch)
        assert batch.person == ANNA


def test_its_battery_is_of_who_looks_after_it() -> None:
    (batch,) = _decoded(Paired(STRAP, ANNA, HEART, several=True), battery_level.UUID, b"\x50")
    assert isinstance(batch, ReadingBatch)
    assert (batch.person, batch.kind) == (ANNA, "battery_level")


@pytest.mark.parametrize(("user", "whose"), [(2, BEN), (1, None), (None, None)])
def test_a_user_whom_a_scale_names_is_still_that_user(
    user: int | None, whose: PersonKey | None
) -> None:
    told = Record(kind("body_weight"), Quantity(Decimal("81.5"), "kg"), user=user)
    profile = replace(WEIGHT, follows={WEIGHING: lambda _packet, _hearing: iter([told])})
    scale = Paired(SCALE, ANNA, profile, slots={2: BEN}, several=True)
    made = _decoded(scale, WEIGHING, b"\x01", stored=True)
    if whose is None:
        assert [one.user for one in _unclaimed(made)] == [user or UNKNOWN_USER]
    else:
        assert [one.person for one in made if isinstance(one, ReadingBatch)] == [whose]


def test_a_curve_waits_for_nobody_and_is_counted() -> None:
    samples = waveform(7.7, "1", b"\0" * 8)
    curve = Reading(Kind("ecg"), NOW, Category(samples.digest), waveform=samples)
    profile = replace(HEART, reads={heart_rate.UUID: lambda _packet: iter([curve])})
    complaints.clear()
    assert _decoded(Paired(STRAP, ANNA, profile, several=True), heart_rate.UUID, b"\x01") == []
    assert complaints == ["a curve cannot wait until somebody says whose it is"]


def _waiting(what: str, at: int, *, live: bool = False, device: DeviceKey = SCALE) -> Waiting:
    id_ = next(_numbers)
    return Waiting(id_, device, 0xFF, Kind(what), NOW + at, 0, 70, 0, 0, 0, "", NOW + at, live)


_numbers = iter(range(1, 1_000_000))


def _sizes(*those: Waiting) -> list[int]:
    return [len(one.readings) for one in occasions(those)]


def test_a_weight_and_what_it_is_made_of_are_asked_about_once() -> None:
    first = [_waiting("body_weight", 0), _waiting("body_fat_percentage", 2 * SECOND)]
    assert _sizes(*first) == [2]
    second = [_waiting("body_weight", 15 * SECOND), _waiting("body_fat_percentage", 16 * SECOND)]
    assert _sizes(*first, *second) == [2, 2]


def test_weights_that_a_scale_kept_and_sends_in_one_go_are_asked_about_one_by_one() -> None:
    assert _sizes(*(_waiting("body_weight", at) for at in range(3))) == [1, 1, 1]


def test_a_spell_of_a_strap_is_asked_about_once_and_after_a_pause_anew() -> None:
    run = [_waiting("heart_rate", at * SECOND, live=True) for at in range(600)]
    lost = [_waiting("heart_rate", (660 + at) * SECOND, live=True) for at in range(60)]
    other = [_waiting("heart_rate", (841 + at) * SECOND, live=True) for at in range(60)]
    assert _sizes(*run, *lost) == [660]
    assert _sizes(*run, *lost, *other) == [660, 60]
    (spell,) = occasions(run)
    assert spell.is_spell
    assert spell.number == run[0].number
    assert [spell.lasts(NOW + at * SECOND) for at in (0, 599, 700, 720)] == [True] * 3 + [False]


def test_two_people_at_one_cuff_are_never_one() -> None:
    def cuffed(at: int) -> list[Waiting]:
        rising = [_waiting("cuff_pressure", at + n * 500, live=True) for n in range(60)]
        results = [_waiting(what, at + 31 * SECOND) for what in ("blood_pressure", "pulse_rate")]
        return [*rising, *results]

    assert _sizes(*cuffed(0), *cuffed(90 * SECOND)) == [62, 62]
    assert _sizes(*cuffed(0), *cuffed(40 * SECOND)) == [62, 62]


def test_devices_are_asked_about_apart() -> None:
    both = [_waiting("heart_rate", n, live=True, device=d) for n in (0, 9) for d in (SCALE, STRAP)]
    assert _sizes(*both) == [2, 2]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    """Ingrid and Olav, who both allow Bluetooth, a scale that knows nobody, and a strap."""
    made = make_home(tmp_path)
    made.know_risks()
    house = made.house
    for person in (made.person, house.people.add("Olav", "1959-05", NOW)):
        allow_collecting(house.ledger, person, "ble", made.act)
    for key, title, profile in (
        (SCALE, "Bathroom scale", "weight-scale"), (STRAP, "Strap", "heart-rate-strap"),
    ):  # fmt: skip
        facts = DeviceFacts(made.person, key, title)
        house.devices.add(facts, adapter="ble", profile=profile, simulated=True, now=NOW)
    yield made
    house.close()


def _weighing(n: int) -> Reading:
    return number("body_weight", NOW - (9 - n) * HOUR, f"7{n}.5", "kg")


def _own(home: Furnished, *ns: int) -> None:
    """The scale sends these, and the radio takes them for its owner's."""
    made = batches(home.person, SCALE, RADIO, map(_weighing, ns), records=[f"2a9d:{n}" for n in ns])
    take_in(home.house, made, adapter="ble", at=NOW)


def _nobodys(home: Furnished, *ns: int) -> None:
    """The scale sends these, and the radio knows that several people use it."""
    events = [Unclaimed(SCALE, UNKNOWN_USER, _weighing(n), f"2a9d:{n}", NOW) for n in ns]
    take_in(home.house, [LocalBatch(events)], adapter="ble", at=NOW)


def _kilos(home: Furnished, person: PersonKey | None = None) -> list[Any]:
    readings = home.house.readings
    return [
        row.value
        for series in readings.series(person or home.person, Kind("body_weight"))
        for row in readings.window(series.id, 0, 2 * NOW, 1000)
    ]


def _run(home: Furnished, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["--home", str(home.house.path), "devices", *words])
    said = capsys.readouterr()
    return code, " ".join((said.out + said.err).split())


def test_it_is_said_later_too_and_the_radio_learns_it(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = _run(home, capsys, "users", "Bathroom scale")
    assert (code, said) == (
        0, "Only Ingrid uses Bathroom scale: what it measures is Ingrid's.",
    )  # fmt: skip
    assert home.house.slots.all_others() == {}
    code, said = _run(home, capsys, "users", SCALE, "--several")
    assert said.startswith("Several people use Bathroom scale. What it measures waits until")
    assert "What it measured before is Ingrid's still" in said
    assert home.house.audit.entries()[-1].act == "device.several"
    home.house.local.db.conn.execute(
        "INSERT INTO local_name VALUES (?, 'address', 'C0:FF:EE:00:00:07', 1)", (SCALE,)
    )
    (paired,) = look(home.house, catalog_of(home.house), NOW).paired.values()
    assert paired.several
    _, said = _run(home, capsys, "list")
    assert "several people's" in said
    facts = DeviceFacts(home.person, SCALE, "Bathroom scale")
    home.house.devices.add(facts, adapter="ble", profile="x", simulated=True, now=NOW)
    assert [one.several for one in home.house.devices.list()] == [True, False]
    _, said = _run(home, capsys, "users", SCALE, "--one")
    assert "it measures is Ingrid's, whichever user number it gives." in said
    assert "What waits is still asked about." in said
    assert home.house.slots.all_others() == {SCALE: home.person}
    assert not home.house.devices.list()[0].several


def test_what_was_somebodys_before_is_not_asked_about_when_it_comes_again(
    home: Furnished,
) -> None:
    _own(home, 1, 2)
    home.house.devices.set_several(SCALE, True)
    _nobodys(home, 1, 2, 3)
    assert [one.record for one in home.house.whose().waiting()] == ["2a9d:3"]
    assert _kilos(home) == [71.5, 72.5]


def test_what_was_asked_about_is_not_taken_in_for_the_owner_when_it_comes_again(
    home: Furnished,
) -> None:
    olav = home.house.people.list()[1].key
    home.house.devices.set_several(SCALE, True)
    _nobodys(home, 1, 2, 3)
    whose = home.house.whose()
    first, second, _ = whose.waiting()
    whose.these_are([first.number], olav, home.act)
    whose.these_are_nobodys([second.number], home.act)
    home.house.devices.set_several(SCALE, False)
    _own(home, 1, 2, 3, 4)
    assert (_kilos(home), _kilos(home, olav)) == ([74.5], [71.5])
    assert [one.record for one in whose.waiting()] == ["2a9d:3"]
    before = home.house.audit.entries()
    intake = "SELECT COUNT(*) FROM intake"
    n = home.house.opened.gateway.conn.execute(intake).fetchone()
    _own(home, 1, 2, 3)
    assert home.house.opened.gateway.conn.execute(intake).fetchone() == n
    assert home.house.audit.entries() == before


def test_a_silence_of_what_several_use_is_nobodys(home: Furnished) -> None:
    readings = home.house.readings
    home.beat(61, NOW - HOUR)
    readings.open_gap(home.person, STRAP, NOW - HOUR, "away")
    assert main(["--home", str(home.house.path), "devices", "users", "Strap", "--several"]) == 0
    gaps = "SELECT COUNT(*) FROM gap WHERE until IS NULL"
    assert home.house.opened.gateway.conn.execute(gaps).fetchone() == (0,)
    Silence(home.house).begin()
    assert home.house.opened.gateway.conn.execute(gaps).fetchone() == (0,)


def _spell(home: Furnished, begin: int, n: int) -> None:
    events = [
        Unclaimed(
            STRAP, UNKNOWN_USER,
            number("heart_rate", begin + at * SECOND, str(60 + at % 90), "/min"), "", NOW, True,
        )
        for at in range(n)
    ]  # fmt: skip
    take_in(home.house, [LocalBatch(events)], adapter="ble", at=NOW)


def _hearts(home: Furnished, person: PersonKey) -> int:
    return sum(one.n for one in home.house.readings.series(person, Kind("heart_rate")))


def test_a_spell_is_one_line_and_one_answer(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    olav = home.house.people.list()[1].key
    _spell(home, NOW - 3 * HOUR, 600)
    _spell(home, NOW - 2 * HOUR, 300)
    _, said = _run(home, capsys, "whose", "--json")
    first, second = json.loads(said)["spells"]
    assert (first["readings"], first["lasts"], second["readings"]) == (600, False, 300)
    assert json.loads(said)["waiting"] == []
    _, said = _run(home, capsys, "whose")
    assert "600 readings" in said
    _, said = _run(home, capsys, "whose", "--reading", str(first["number"]), "--person", "Olav")
    assert "600 readings taken in for Olav" in said
    _run(home, capsys, "whose", "--reading", str(second["number"] + 7), "--nobody")
    assert (_hearts(home, olav), _hearts(home, home.person)) == (600, 0)
    assert home.house.whose().count() == 0
    acts = [one for one in home.house.audit.entries() if one.act.startswith("reading.")]
    assert [(one.act, one.detail["readings"]) for one in acts] == [
        ("reading.claimed", 600), ("reading.nobody", 300),
    ]  # fmt: skip


async def test_the_page_asks_about_a_spell_once_and_not_before_it_is_over(home: Furnished) -> None:
    home.house.devices.set_several(STRAP, True)
    _spell(home, NOW - 2 * HOUR, 300)
    _spell(home, NOW - 60 * SECOND, 60)
    async with visiting(home) as visitor:
        page = await visitor.get("/yours")
        assert "Several people use it, and it does not tell them apart." in page.words
        assert "Heart rate: 60 to 149 /min" in page.words
        assert "300 readings" in page.words
        assert "It measures now; you are asked when it is over." in page.words
        form = dict(page.form.to("/yours/reading"))
        await visitor.post("/yours/reading", list(form.items()))
    assert _hearts(home, home.person) == 300
    assert home.house.whose().count() == 60


async def test_a_pressure_and_its_pulse_are_one_question(home: Furnished) -> None:
    pressure = Components((Decimal(131), Decimal(84), Decimal(99)), "mm[Hg]")
    events = [
        Unclaimed(SCALE, UNKNOWN_USER, reading, f"2a35:{NOW}", NOW)
        for reading in (
            Reading(Kind("blood_pressure"), NOW - HOUR, pressure),
            number("pulse_rate", NOW - HOUR, "64", "/min"),
        )
    ]
    take_in(home.house, [LocalBatch(events)], adapter="ble", at=NOW)
    async with visiting(home) as visitor:
        page = await visitor.get("/yours")
        assert page.text.count('value="mine"') == 1
        await visitor.post("/yours/reading", list(dict(page.form.to("/yours/reading")).items()))
    kinds = {one.kind for one in home.house.readings.series(home.person)}
    assert kinds == {"blood_pressure", "pulse_rate"}


@pytest.mark.parametrize("nobody", [True, False])
def test_a_number_that_the_device_never_gave_is_refused(
    home: Furnished, capsys: pytest.CaptureFixture[str], nobody: bool
) -> None:
    answer = ["--nobody"] if nobody else ["Ingrid"]
    code, said = _run(home, capsys, "whose", STRAP, "9", *answer)
    assert code == 3
    assert "has given no user the number 9. It gave none so far." in said
    assert "--code" not in said
    events = [Unclaimed(SCALE, user, _weighing(user), f"2a9d:{user}", NOW) for user in (1, 2)]
    take_in(home.house, [LocalBatch(events)], adapter="ble", at=NOW)
    code, said = _run(home, capsys, "whose", SCALE, "9", *answer)
    assert "It gave 1 and 2. Measure once as user 9" in said
    assert "Or say the code that it shows for this user: --code CODE" in said
    assert home.house.slots.list() == []
    assert _run(home, capsys, "whose", SCALE, "2", *answer)[0] == 0


async def test_a_page_takes_no_number_that_the_device_never_gave(home: Furnished) -> None:
    events = [Unclaimed(SCALE, 2, _weighing(2), "2a9d:2", NOW)]
    take_in(home.house, [LocalBatch(events)], adapter="ble", at=NOW)
    async with visiting(home) as visitor:
        form = dict((await visitor.get("/yours")).form.to("/yours/user")) | {"user": "9"}
        assert (await visitor.post("/yours/user", list(form.items()))).status == 409
    assert home.house.slots.list() == []


def _numbered(home: Furnished, n: int, user: int) -> None:
    events = [Unclaimed(SCALE, user, _weighing(n), f"2a9d:{n}", NOW)]
    take_in(home.house, [LocalBatch(events)], adapter="ble", at=NOW)


def test_of_one_persons_device_all_numbers_are_that_persons(
    home: Furnished, capsys: pytest.CaptureFixture[str]
) -> None:
    olav = home.house.people.list()[1].key
    home.house.local.set_name(LocalName(SCALE, "address", "C0:FF:EE:00:00:07", NOW))
    _numbered(home, 1, 1)
    assert home.house.whose().count() == 1
    _run(home, capsys, "users", SCALE, "--one")
    _own(home, 1)  # it sends again what waits, and the radio takes it for Ingrid's by now
    _numbered(home, 2, 2)  # the radio does not know of it yet
    _numbered(home, 3, UNKNOWN_USER)
    assert _kilos(home) == [72.5, 73.5]
    assert [one.record for one in home.house.whose().waiting()] == ["2a9d:1"]
    (paired,) = look(home.house, catalog_of(home.house), NOW).paired.values()
    assert set(paired.slots) == set(range(256))
    told = Record(kind("body_weight"), Quantity(Decimal("81.5"), "kg"), user=7)
    profile = replace(WEIGHT, follows={WEIGHING: lambda _packet, _hearing: iter([told])})
    (batch,) = _decoded(replace(paired, profile=profile), WEIGHING, b"\x01", stored=True)
    assert isinstance(batch, ReadingBatch)
    assert batch.person == home.person
    code, _ = _run(home, capsys, "whose", SCALE, "4", "Olav")
    assert code == 0, "it can be said of a number later"
    _run(home, capsys, "whose", SCALE, "5", "--nobody")
    _numbered(home, 4, 4)
    _numbered(home, 5, 5)
    assert (_kilos(home), _kilos(home, olav)) == ([72.5, 73.5], [74.5])
    (paired,) = look(home.house, catalog_of(home.house), NOW).paired.values()
    assert (paired.slots[4], paired.slots.get(5)) == (olav, None)
    _, said = _run(home, capsys, "whose", SCALE, "4", "--undo")
    assert "What comes of it is Ingrid's, as all of it" in said
    _run(home, capsys, "users", SCALE, "--several")
    (paired,) = look(home.house, catalog_of(home.house), NOW).paired.values()
    assert paired.slots == {}


def test_what_is_not_said_is_asked_and_adding_says_so(
    home: Furnished, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    near = [Nearby(1, "C0:DE:CA:FE:17:05", "BP-7", "blood-pressure-cuff", "near", clock.now())]
    LookedAround(home.house.local.db).replace(near)
    monkeypatch.setattr(devices_add, "can_pair", lambda _house: False)  # as on other systems
    _, said = _run(home, capsys, "add", "1", "--person", "Ingrid", "--watch", "0")
    assert "If it numbers its users, whose each number is, is asked." in said
    assert home.house.slots.all_others() == {}
    _, said = _run(home, capsys, "add", "1", "--person", "Ingrid", "--one", "--watch", "0")
    assert said.endswith("All that it measures is Ingrid's, whichever user number it gives.")
    (key,) = home.house.slots.all_others()
    code, said = _run(home, capsys, "add", "1", "--person", "Olav", "--watch", "0")
    assert code == 2
    assert "Blood pressure cuff is Ingrid's already." in said
    assert f"devices users {key} --several" in said
    assert f"devices forget {key}" in said
    assert {one.facts.person for one in home.house.devices.list()} == {home.person}
    _run(home, capsys, "users", key, "--several")
    code, said = _run(home, capsys, "add", "1", "--person", "Olav", "--several")
    assert (code, "for several people." in said) == (2, True)
    _run(home, capsys, "forget", key)
    assert home.house.slots.all_others() == {}
    code, said = _run(home, capsys, "add", "1", "--person", "Olav", "--one", "--watch", "0")
    assert (code, "belongs to Olav now" in said) == (0, True)
