"""The page on which a device is added: looked for, chosen, asked about, explained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.reading import DeviceFacts, DeviceKey, PersonKey
from gateway.sharing.offer import allow_collecting
from gateway.status import DeviceWords
from gateway.store.nearby import LookedAround, Nearby
from gateway.store.people import People
from gateway.store.wishes import NO_MORE, Put, Wish, Wishes
from tests.fakes_web import CUFF, NOW, Furnished, make_home
from tests.web_visitor import Answer, Visitor, visiting

ADDRESS = "C0:DE:CA:FE:17:05"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    made = make_home(tmp_path)
    made.know_risks()
    allow_collecting(made.house.ledger, made.person, "ble", made.act)
    found = [
        Nearby(1, ADDRESS, "BP-7", "blood-pressure-cuff", "near", NOW, "Blood pressure cuff"),
        Nearby(2, "E6:11:22:33:44:55", "TV", "", "far", NOW),
    ]
    LookedAround(made.house.local.db).replace(found)
    yield made
    made.house.close()


def wishes(home: Furnished) -> Wishes:
    return Wishes(home.house.local.db)


def newest(home: Furnished) -> Wish:
    wish = wishes(home).newest(home.person)
    assert wish is not None
    return wish


def asked(home: Furnished, sort: str, digits: str = "") -> None:
    put = Put(sort, "Blood pressure cuff", digits, NOW + 25_000)
    wishes(home).ask(newest(home).id, put)


async def press(visitor: Visitor, action: str, **fields: str) -> Answer:
    form = dict((await visitor.get("/add")).form.to(action)) | fields
    return await visitor.post(action, list(form.items()))


async def test_looking_around_is_wished_and_the_page_looks_again(home: Furnished) -> None:
    async with visiting(home) as visitor:
        assert "Look around" in (await visitor.get("/add")).words
        page = await press(visitor, "/add/look")
    assert "Looking around" in page.words
    assert '<meta http-equiv="refresh" content="2">' in page.text
    assert (newest(home).sort, newest(home).state) == ("look", "wished")


async def test_who_is_found_can_be_added_if_it_is_known(home: Furnished) -> None:
    async with visiting(home) as visitor:
        page = await visitor.get("/add")
        assert [where for where, _ in page.form.forms].count("/add/device") == 1
        assert ADDRESS not in page.text
        page = await press(visitor, "/add/device", name="Bathroom cuff", users="several")
        assert "Waiting for the device" in page.words
        wish = newest(home)
        assert (wish.address, wish.profile) == (ADDRESS, "blood-pressure-cuff")
        assert (wish.name, wish.several) == ("Bathroom cuff", True)
        facts = DeviceFacts(home.person, CUFF, "Blood pressure cuff")
        home.house.devices.add(facts, adapter="ble", profile="x", simulated=True, now=NOW)
        wishes(home).turn_to(wish.id, "done", device=CUFF)
        assert "Blood pressure cuff is yours now" in (await visitor.get("/add")).words


async def test_six_digits_are_typed_into_the_page(home: Furnished) -> None:
    async with visiting(home) as visitor:
        await press(visitor, "/add/device")
        asked(home, "type")
        page = await visitor.get("/add")
        assert "Blood pressure cuff shows six digits" in page.words
        assert '<meta http-equiv="refresh" content="26">' in page.text, "not while one types"
        refused = await press(visitor, "/add/answer", answer="12345")
        assert "not six digits" in refused.words
        assert newest(home).answer == ""
        await press(visitor, "/add/answer", answer="123 456")
    assert newest(home).answer == "123456"


async def test_digits_are_compared_on_the_page(home: Furnished) -> None:
    async with visiting(home) as visitor:
        await press(visitor, "/add/device")
        asked(home, "compare", "004711")
        assert "show 004711?" in (await visitor.get("/add")).words
        await press(visitor, "/add/answer")
        assert newest(home).answer == "yes"
        asked(home, "show", "815004")
        page = await visitor.get("/add")
        assert "815004" in page.words
        assert '<meta http-equiv="refresh" content="2">' in page.text
        await press(visitor, "/add/stop")
    assert newest(home).state == "given up"


async def test_what_went_wrong_is_said_with_what_to_do(home: Furnished) -> None:
    async with visiting(home) as visitor:
        await press(visitor, "/add/device")
        wishes(home).turn_to(
            newest(home).id, "failed", said="Nobody answered in time.", next_step="Add it again."
        )
        page = await visitor.get("/add")
    assert "Nobody answered in time. Add it again." in page.words
    assert "refresh" not in page.text
    assert "/add/look" in page.text


async def test_nobody_answers_for_somebody_else(home: Furnished) -> None:
    async with visiting(home) as visitor:
        await press(visitor, "/add/device")
        asked(home, "type")
        number, owner = newest(home).id, home.person
        token = dict((await visitor.get("/add")).form.to("/leave"))["form_token"]
        home.person = People(home.house.opened.gateway).add("Olav", "1959-05", NOW)
        home.know_risks()
    async with visiting(home) as visitor:
        page = await visitor.get("/add")
        assert "First allow devices over Bluetooth" in page.words
        token = dict(page.form.to("/leave"))["form_token"]
        for action, fields in (
            ("/add/answer", [("wish", str(number)), ("answer", "123456")]),
            ("/add/stop", []),
        ):
            await visitor.post(action, [("form_token", token), *fields])
        for action, fields in (("/add/look", []), ("/add/device", [("number", "1")])):
            answer = await visitor.post(action, [("form_token", token), *fields])
            assert "not allowed" in answer.words
    home.person = owner
    wish = newest(home)
    assert (wish.answer, wish.state, wish.question is not None) == ("", "wished", True)


def test_a_wish_is_served_once_and_the_old_are_let_go(home: Furnished) -> None:
    book = wishes(home)
    first = book.wish(home.person, "look", NOW)
    second = book.wish(home.person, "add", NOW + 1, address=ADDRESS, profile="x")
    gone, now = book.get(first), book.next(NOW)
    assert gone is not None
    assert gone.state == "given up"
    assert now is not None
    assert now.id == second
    assert book.next(NOW + 2) is None, "too old to surprise anybody with"
    book.turn_to(first, "done")
    assert book.get(first) == gone, "what was given up stays so"
    book.answer(second, "123456")
    assert (book.get(second) or now).answer == "", "nothing was asked"
    book.ask(second, Put("type", "Cuff", "", NOW))
    book.answer(second, NO_MORE)
    assert (book.get(second) or now).answer == NO_MORE
    assert ADDRESS in set(home.house.local.all_values())
    home.house.local.purge(NOW + 2 * 3_600_000)
    assert book.get(second) is None


def own_device(home: Furnished, key: DeviceKey = CUFF, person: PersonKey | None = None) -> None:
    facts = DeviceFacts(person or home.person, key, "Blood pressure cuff")
    home.house.devices.add(facts, adapter="ble", profile="x", simulated=True, now=NOW)


async def test_devices_are_shown_with_how_they_are_doing(home: Furnished) -> None:
    own_device(home)
    home.words[CUFF] = DeviceWords("waiting for the device", NOW, "Switch it on.")
    async with visiting(home) as visitor:
        page = await visitor.get("/add")
    assert "Blood pressure cuff waiting for the device Switch it on." in page.words
    assert "/add/pair" not in page.text


async def test_a_device_is_called_as_its_owner_calls_it(home: Furnished) -> None:
    own_device(home)
    home.words[CUFF] = DeviceWords("connected", NOW, "")
    home.house.names().give(CUFF, "Upstairs", NOW)
    async with visiting(home) as visitor:
        assert "Upstairs connected" in (await visitor.get("/add")).words
        wish = wishes(home).wish(home.person, "add", NOW, address=ADDRESS, profile="x")
        wishes(home).turn_to(wish, "done", device=CUFF)
        assert "Upstairs is yours now" in (await visitor.get("/add")).words


async def test_a_device_whose_pairing_was_lost_is_paired_again_by_a_button(home: Furnished) -> None:
    own_device(home)
    home.words[CUFF] = DeviceWords("trouble", NOW, "It seems to have forgotten.", pair_anew=True)
    async with visiting(home) as visitor:
        assert "It seems to have forgotten. Pair again" in (await visitor.get("/add")).words
        page = await press(visitor, "/add/pair")
        assert "Waiting for the device" in page.words
        wish = newest(home)
        assert (wish.sort, wish.device, wish.state) == ("pair", CUFF, "wished")
        wishes(home).turn_to(wish.id, "done", device=CUFF)
        assert "Blood pressure cuff is paired again" in (await visitor.get("/add")).words


async def test_nobody_pairs_a_device_of_somebody_else(home: Furnished) -> None:
    own_device(home)
    home.words[CUFF] = DeviceWords("trouble", NOW, "", pair_anew=True)
    olav = People(home.house.opened.gateway).add("Olav", "1959-05", NOW)
    async with visiting(home) as visitor:
        form = dict((await visitor.get("/add")).form.to("/add/pair"))
        own_device(home, person=olav)
        assert "/add/pair" not in (await visitor.get("/add")).text
        answer = await visitor.post("/add/pair", list(form.items()))
    assert "not yours" in answer.words
    assert wishes(home).newest(home.person) is None
