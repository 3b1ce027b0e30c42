"""Looks at clocks that set times right: who asks for them gets each once, before the reading."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.reading import ClockLook, DeviceKey, PersonKey, Quality
from fhir_mappings import systems
from gateway.sharing.preview import preview
from gateway.sharing.recipients import Recipient
from gateway.sharing.sent import without
from gateway.store.clock_answers import answer as say_of_clock
from gateway.store.identity import ReadingId
from tests.fakes_consent import ADA, DAY, HOUR, MINUTE, NOON
from tests.fakes_recipient import TakesEverything, observations
from tests.loopback_proxy import LoopbackProxy, Seen, answer
from tests.sharing_home import STRAP, SharingHome

LOOK = ClockLook(NOON + HOUR, -95_000)
FAR = ClockLook(NOON + HOUR, None)
SET_RIGHT = Quality.CLOCK_CORRECTED
_UNCONDITIONAL = (
    b'{"resourceType":"CapabilityStatement","rest":[{"interaction":[{"code":"batch"}],'
    b'"resource":[{"type":"Observation","conditionalCreate":false}]}]}'
)


class Recipients(TakesEverything):
    """Takes everything, but of single Observations what ``says`` says."""

    def __init__(self) -> None:
        super().__init__()
        self.says: list[bytes] = []

    async def __call__(self, seen: Seen) -> bytes | str:
        if self.says and seen.path.endswith("/Observation") and seen.method == "POST":
            return self.says.pop(0)
        return await super().__call__(seen)


@pytest.fixture
async def there() -> AsyncIterator[LoopbackProxy]:
    async with LoopbackProxy(fault=Recipients()) as made:
        yield made


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SharingHome]:
    async with SharingHome(tmp_path) as made:
        yield made


def _asking(home: SharingHome, there: LoopbackProxy) -> Recipient:
    return home.add_recipient(there.base, profiles=(systems.PHD_COINCIDENT,))


def _looks(there: LoopbackProxy) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in there.of("POST", "/Observation")]


def _referred(there: LoopbackProxy) -> list[str]:
    """What each reading that came says of a look; empty where it says nothing."""
    found = []
    for one in observations(there.seen):
        named = {each["url"]: each["valueReference"]["reference"] for each in one["extension"]}  # type: ignore[attr-defined]
        found.append(named.get(systems.COINCIDENT_REFERENCE, ""))
    return found


async def test_a_look_goes_once_before_the_first_reading_that_it_set_right(
    home: SharingHome, there: LoopbackProxy
) -> None:
    home.grant(_asking(home, there))
    home.take_in(2, flags=SET_RIGHT, look=LOOK)
    home.take_in(1, start=NOON + MINUTE)
    home.now += 2 * HOUR
    assert (await home.upload()).sent == 3
    home.take_in(2, start=home.now, flags=SET_RIGHT, look=LOOK)
    home.now += HOUR
    assert (await home.upload()).sent == 2
    (look,) = _looks(there)
    order = [one for one in there.seen if one.path.endswith(("/Observation", "/fhir"))]
    (where,) = {one for one in _referred(there) if one}

    assert look["valueDateTime"] == "2026-12-01T12:58:25.000Z"
    assert look["effectiveDateTime"] == "2026-12-01T13:00:00.000Z"
    assert look["meta"]["profile"] == [systems.PHD_COINCIDENT]
    assert look["code"]["coding"][0]["code"] == "67975"
    assert look["subject"]["reference"] == _remembered(home, f"device:{STRAP}")
    assert look["device"]["reference"] == _remembered(home, "gateway")
    assert [one.path.rpartition("/")[2] for one in order] == ["Observation", "fhir", "fhir"]
    assert "identifier=" in order[0].named["if-none-exist"]
    assert where == _remembered(home, f"look:{STRAP}:{LOOK.at}")
    assert _referred(there) == [where, where, "", where, where]


def _remembered(home: SharingHome, what: str) -> str:
    (reference,) = home.db.execute("SELECT reference FROM remote WHERE what = ?", [what]).fetchone()
    return str(reference)


async def test_one_that_is_too_far_off_to_be_told_is_masked(
    home: SharingHome, there: LoopbackProxy
) -> None:
    home.grant(_asking(home, there))
    home.take_in(1, flags=SET_RIGHT, look=FAR)
    home.now += 2 * HOUR
    await home.upload()
    (look,) = _looks(there)

    assert not [name for name in look if name.startswith("value")]
    assert look["dataAbsentReason"]["coding"][0]["code"] == "masked"
    assert _referred(there) == [_remembered(home, f"look:{STRAP}:{FAR.at}")]


async def test_who_does_not_ask_gets_no_look_and_nothing_that_refers_to_one(
    home: SharingHome, there: LoopbackProxy
) -> None:
    home.grant(home.add_recipient(there.base, profiles=(systems.PHD_METRIC,)))
    home.take_in(2, flags=SET_RIGHT, look=LOOK)
    home.now += 2 * HOUR
    assert (await home.upload()).sent == 2

    assert _looks(there) == []
    assert _referred(there) == ["", ""]


async def test_two_recipients_know_a_look_by_two_names(
    home: SharingHome, there: LoopbackProxy
) -> None:
    async with LoopbackProxy(fault=Recipients()) as elsewhere:
        for server in (there, elsewhere):
            home.grant(_asking(home, server))
        home.take_in(1, flags=SET_RIGHT, look=LOOK)
        home.now += 2 * HOUR
        assert (await home.upload()).sent == 2
        looks = [*_looks(there), *_looks(elsewhere)]

    assert len({one["identifier"][0]["value"] for one in looks}) == len(looks) == 2


async def test_a_look_that_is_refused_is_not_asked_for_again_and_stops_nothing(
    home: SharingHome, there: LoopbackProxy
) -> None:
    assert isinstance(there.fault, Recipients)
    there.fault.says = [answer(422)]
    home.grant(_asking(home, there))
    home.take_in(2, flags=SET_RIGHT, look=LOOK)
    home.now += 2 * HOUR
    report = await home.upload()
    home.take_in(1, start=home.now, flags=SET_RIGHT, look=LOOK)
    home.now += HOUR
    again = await home.upload()

    assert (report.sent, report.held, again.sent) == (2, {}, 1)
    assert len(_looks(there)) == 1
    assert _referred(there) == ["", "", ""]
    assert _remembered(home, f"look:{STRAP}:{LOOK.at}") == "-"
    assert [(one.what, one.n) for one in without(home.db)] == [("look", 1)]
    assert without(home.db, PersonKey("somebody")) == []


async def test_a_look_that_is_there_already_and_nobody_says_where_stops_nothing(
    home: SharingHome, there: LoopbackProxy
) -> None:
    assert isinstance(there.fault, Recipients)
    there.fault.says = [answer(200)]
    home.grant(_asking(home, there))
    home.take_in(2, flags=SET_RIGHT, look=LOOK)
    home.now += 2 * HOUR
    report = await home.upload()
    (asked,) = there.of("GET", "/Observation")

    assert (report.sent, report.held) == (2, {})
    assert "identifier=" in asked.path
    assert _referred(there) == ["", ""]
    assert [(one.what, one.n) for one in without(home.db)] == [("look", 1)]


async def test_a_recipient_that_cannot_say_now_where_a_look_is_is_asked_again(
    home: SharingHome, there: LoopbackProxy
) -> None:
    taken = there.fault
    assert isinstance(taken, Recipients)
    busy = [answer(503)]

    async def says_nothing_now(seen: Seen) -> bytes | str:
        asks = seen.method == "GET" and "/Observation" in seen.path
        return busy.pop() if busy and asks else await taken(seen)

    there.fault = says_nothing_now
    taken.says = [answer(412)]
    home.grant(_asking(home, there))
    home.take_in(2, flags=SET_RIGHT, look=LOOK)
    home.now += 2 * HOUR
    assert (await home.upload()).sent == 0
    await home.upload_until_done()

    assert without(home.db) == []
    assert all(_referred(there))


async def test_a_recipient_that_takes_nothing_now_gets_the_look_later_and_no_reading_before(
    home: SharingHome, there: LoopbackProxy
) -> None:
    assert isinstance(there.fault, Recipients)
    there.fault.says = [answer(503)]
    home.grant(_asking(home, there))
    home.take_in(2, flags=SET_RIGHT, look=LOOK)
    home.now += 2 * HOUR
    assert (await home.upload()).sent == 0
    assert there.bundles == []
    assert home.db.execute("SELECT COUNT(*) FROM batch").fetchone() == (0,)
    await home.upload_until_done()

    assert len({one["identifier"][0]["value"] for one in _looks(there)}) == 1
    assert all(_referred(there))


async def test_a_look_whose_answer_was_lost_is_asked_for_by_its_name(
    home: SharingHome, there: LoopbackProxy
) -> None:
    clinic = _asking(home, there)
    home.grant(clinic)
    home.take_in(1, flags=SET_RIGHT, look=LOOK)
    home.now += 2 * HOUR
    await home.upload()
    home.db.execute("DELETE FROM remote WHERE what LIKE 'look:%'")  # as before a crash
    home.take_in(1, start=home.now, flags=SET_RIGHT, look=LOOK)
    home.now += HOUR
    await home.upload()
    first, again = there.of("POST", "/Observation")

    assert first.named["if-none-exist"] == again.named["if-none-exist"]
    assert first.body == again.body


async def test_a_look_whose_answer_was_lost_is_not_made_twice_where_servers_take_all_as_new(
    home: SharingHome, there: LoopbackProxy
) -> None:
    taken, kept = there.fault, list[bytes]()
    assert taken is not None

    async def unconditional(seen: Seen) -> bytes | str:
        if seen.path.endswith("/metadata"):
            return answer(200, _UNCONDITIONAL)
        if seen.method == "GET" and "/Observation?" in seen.path:
            entries = [{"resource": json.loads(one) | {"id": "77"}} for one in kept]
            return answer(200, json.dumps({"resourceType": "Bundle", "entry": entries}).encode())
        if seen.path.endswith("/Observation") and not kept:
            kept.append(seen.body)
            return "cut"
        return await taken(seen)

    there.fault = unconditional
    home.grant(_asking(home, there))
    home.take_in(2, flags=SET_RIGHT, look=LOOK)
    home.now += 2 * HOUR
    await home.upload_until_done()

    assert len(_looks(there)) == 1
    assert _referred(there) == ["Observation/77"] * 2


async def test_nothing_is_told_of_a_clock_before_a_reading_may_leave_that_it_set_right(
    home: SharingHome, there: LoopbackProxy
) -> None:
    cuff = DeviceKey("cuff")
    home.add_device(cuff)
    grant = home.grant(_asking(home, there))
    home.take_in(1, start=NOON - DAY, flags=SET_RIGHT, look=LOOK)  # before what was agreed to
    home.take_in(1, kind="pulse_rate", flags=SET_RIGHT, look=LOOK)  # which is not shared
    home.take_in(1, start=NOON + 1, device=cuff, flags=Quality.CLOCK_NOT_TRUSTED, look=FAR)
    home.take_in(1)
    home.now += 2 * HOUR
    assert (await home.upload()).sent == 1
    assert _looks(there) == []

    assert say_of_clock(home.db, cuff, ADA, right=True, at=home.now, actor="person:ada") == 1
    assert (await home.upload()).sent == 1
    assert len(_looks(there)) == 1
    assert _referred(there) == ["", _remembered(home, f"look:cuff:{FAR.at}")]

    home.take_in(1, start=home.now, flags=SET_RIGHT, look=LOOK)
    home.withdraw(grant)
    home.now += HOUR
    assert (await home.upload()).sent == 0
    assert len(_looks(there)) == 1


async def test_consent_that_ends_while_a_look_is_on_its_way_keeps_the_reading(
    home: SharingHome, there: LoopbackProxy
) -> None:
    taken = there.fault
    assert taken is not None
    grant = home.grant(_asking(home, there))

    async def withdrawn_meanwhile(seen: Seen) -> bytes | str:
        if seen.path.endswith("/Observation"):
            await home.do(home.withdraw, grant)
        return await taken(seen)

    there.fault = withdrawn_meanwhile
    home.take_in(2, flags=SET_RIGHT, look=LOOK)
    home.now += 2 * HOUR
    assert (await home.upload()).sent == 0

    assert len(_looks(there)) == 1
    assert there.bundles == []


async def test_a_summary_refers_to_no_look(home: SharingHome, there: LoopbackProxy) -> None:
    home.grant(_asking(home, there), grain="hour")
    home.take_in(2, flags=SET_RIGHT, look=LOOK)
    home.now += 2 * HOUR
    assert (await home.upload()).sent == 1

    assert _looks(there) == []
    assert _referred(there) == [""]


async def test_a_corrected_reading_still_refers_to_its_look(
    home: SharingHome, there: LoopbackProxy
) -> None:
    home.grant(_asking(home, there))
    home.take_in(1, flags=SET_RIGHT, look=LOOK)
    home.now += 2 * HOUR
    await home.upload()
    (row,) = home.readings.window(1, NOON, NOON, 1)
    home.readings.correct(row.id, (61, 0), at=home.now, actor="ada")
    home.now += HOUR
    assert (await home.upload()).sent == 1

    assert len(_looks(there)) == 1
    assert _referred(there) == [_remembered(home, f"look:{STRAP}:{LOOK.at}")] * 2


async def test_a_deleted_reading_takes_its_look_along_where_it_was_not_sent(
    home: SharingHome, there: LoopbackProxy
) -> None:
    home.grant(_asking(home, there))
    home.take_in(1, flags=SET_RIGHT, look=LOOK)
    home.readings.delete(1, NOON, NOON, at=home.now)
    home.take_in(1, start=NOON + MINUTE)
    home.now += 2 * HOUR
    assert (await home.upload()).sent == 1

    assert _looks(there) == []


async def test_a_preview_shows_that_a_look_will_go(home: SharingHome, there: LoopbackProxy) -> None:
    clinic, other = _asking(home, there), home.add_recipient("http://127.0.0.1:9/fhir")
    home.grant(clinic)
    home.take_in(1, flags=SET_RIGHT, look=LOOK)
    home.take_in(1, start=NOON + 1)
    home.now += 2 * HOUR
    of_look, of_none = (ReadingId(1, NOON + i, 0, 60, 0) for i in range(2))
    before = preview(home.db, clinic, of_look, home.now)
    without = preview(home.db, clinic, of_none, home.now)
    elsewhere = preview(home.db, other, of_look, home.now)
    await home.upload()
    clinic = home.recipients.get(clinic.key)

    assert b"Observation/not-made-yet" in before
    for shown in (without, elsewhere):
        assert systems.COINCIDENT_REFERENCE.encode() not in shown
    sent = _remembered(home, f"look:{STRAP}:{LOOK.at}").encode()
    assert sent in preview(home.db, clinic, of_look, home.now)


async def test_an_account_of_what_was_sent_counts_readings_and_no_look(
    home: SharingHome, there: LoopbackProxy
) -> None:
    home.grant(_asking(home, there))
    home.take_in(2, flags=SET_RIGHT, look=LOOK)
    home.now += 2 * HOUR
    await home.upload()
    (provenance,) = (json.loads(one.body) for one in there.of("POST", "/Provenance"))

    assert home.db.execute("SELECT rows FROM batch").fetchall() == [(2,)]
    assert len(provenance["target"]) == 2
