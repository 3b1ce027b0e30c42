"""Sharing on the pages: nothing preselected, the exact text, one press to stop, receipts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from fhir.resources.R4B.observation import Observation

from adapters.kinds import Kind, all_kinds
from gateway.htmlkit.words import DAY
from gateway.sharing.agreement import text_hash
from gateway.sharing.events import Permit
from gateway.sharing.receipt import is_genuine
from gateway.sharing.trust import entrust
from tests.fakes_web import (
    ADDRESS,
    NOW,
    STRAP,
    Furnished,
    furnish,
    make_home,
    number,
    share_something,
)
from tests.web_visitor import Answer, Visitor, visiting


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    made = make_home(tmp_path)
    made.know_risks()
    made.take_in(STRAP, [number("heart_rate", NOW - 3000, "64", "/min")])
    made.take_in(STRAP, [number("heart_rate", NOW - 2 * DAY, "66", "/min")])
    yield made
    made.house.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    made = make_home(tmp_path_factory.mktemp("shared"))
    furnish(made)
    made.know_risks()
    share_something(made)
    yield made
    made.house.close()


def asked(home: Furnished, *kinds: str, **other: str) -> str:
    chosen = {"purpose": "TREAT", "grain": "raw", "period": "30", "past": "now", **other}
    query = [("recipient", home.recipient()), *(("kind", kind) for kind in kinds)]
    return "/share/preview?" + urlencode([*query, *chosen.items()])


def shown_text(page: Answer) -> str:
    """The agreement as it stands on the page."""
    import html
    import re

    quoted = page.text.partition('<blockquote id="agreement">')[2].partition("</blockquote>")[0]
    return html.unescape(re.sub(r"<[^>]+>", "", quoted))


async def agree(visitor: Visitor, home: Furnished, *kinds: str) -> Answer:
    page = await visitor.get(asked(home, *kinds))
    fields = page.form.to("/share/agree")
    return await visitor.post("/share/agree", [*fields, ("acknowledged", "yes")])


async def test_days_of_ones_own_are_agreed_to_with_their_zone(home: Furnished) -> None:
    home.house.local.set_zone(home.person, 0, "Europe/Oslo")
    async with visiting(home) as visitor:
        page = await visitor.get(f"/share/to/{home.recipient()}")
        assert 'value="local_day"' in page.text
        page = await visitor.get(asked(home, "heart_rate", grain="local_day"))
        text = shown_text(page)
        assert "Europe/Oslo" in text
        assert "tells" in text
        fields = page.form.to("/share/agree")
        await visitor.post("/share/agree", [*fields, ("acknowledged", "yes")])
    (grant,) = home.house.ledger.state().grants.values()
    assert (grant.grain, grant.zone) == ("local_day", "Europe/Oslo")


async def test_days_of_ones_own_need_a_zone(home: Furnished) -> None:
    async with visiting(home) as visitor:
        page = await visitor.get(asked(home, "heart_rate", grain="local_day"))
    assert "not known in which time zone you live" in page.text


async def test_nothing_is_chosen_beforehand(home: Furnished) -> None:
    async with visiting(home) as visitor:
        page = await visitor.get(f"/share/to/{home.recipient()}")
        assert page.form.chosen == []
        for kind, row in all_kinds().items():
            offered = f'name="kind" value="{kind}"' in page.text
            assert offered == row.shareable, kind
        assert (await visitor.get(asked(home, "heart_rate"))).form.chosen == []


async def test_who_asks_is_said_before_anything_can_be_chosen(home: Furnished) -> None:
    async with visiting(home) as visitor:
        words = (await visitor.get(f"/share/to/{home.recipient()}")).words
        for told in ("Goes to", "http://127.0.0.1:8090/fhir", "Patient/ingrid-1", "Legal basis",
                     "How long they keep it", "Questions", "Complaints", "version 1",
                     "nobody looks at it for you"):  # fmt: skip
            assert told in words, told


async def test_the_text_on_the_page_is_the_text_on_the_receipt(home: Furnished) -> None:
    async with visiting(home) as visitor:
        page = await visitor.get(asked(home, "heart_rate", "body_weight"))
        text = shown_text(page)
        assert text_hash(text) in page.words
        assert dict(page.form.to("/share/agree"))["text_hash"] == text_hash(text)
        receipt = await agree(visitor, home, "heart_rate", "body_weight")
        assert receipt.status == 200
        assert text_hash(text) in receipt.words
        (permit,) = [e.event for e in home.house.ledger.entries() if isinstance(e.event, Permit)]
        assert permit.text_hash == text_hash(text)
        made = await visitor.get(f"/share/receipt/{permit.id}?as=file")
        assert is_genuine(json.loads(made.text), home.house.ledger.public_key)


async def test_another_text_cannot_be_agreed_to(home: Furnished) -> None:
    async with visiting(home) as visitor:
        page = await visitor.get(asked(home, "heart_rate"))
        fields = page.form.to("/share/agree")
        for change in ([("kind", "body_weight")], [("end", str(NOW + 900 * DAY))]):
            name = change[0][0]
            kept = fields if name == "kind" else [pair for pair in fields if pair[0] != name]
            answer = await visitor.post("/share/agree", [*kept, *change, ("acknowledged", "yes")])
            assert answer.status == 409
            assert "What you read is not what it says now." in answer.words
        assert not home.house.ledger.state().grants


async def test_agreeing_needs_the_word_that_nothing_can_be_called_back(home: Furnished) -> None:
    async with visiting(home) as visitor:
        page = await visitor.get(asked(home, "heart_rate"))
        answer = await visitor.post("/share/agree", page.form.to("/share/agree"))
        assert answer.status == 409
        assert "cannot be called back" in answer.words


async def test_the_exact_observation_is_shown_before_agreeing(home: Furnished) -> None:
    async with visiting(home) as visitor:
        page = await visitor.get(asked(home, "heart_rate", "body_weight"))
        body = page.text.partition('<pre tabindex="0">')[2].partition("</pre>")[0]
        import html

        resource = json.loads(html.unescape(body))
        Observation.model_validate(resource)
        assert resource["valueQuantity"]["value"] == 64
        assert resource["subject"]["reference"] == "Patient/ingrid-1"
        assert {"PATAST", "HTEST"} <= {one["code"] for one in resource["meta"]["security"]}
        assert "Body weight: none is here yet" in page.words
        assert ADDRESS not in page.text


async def test_older_readings_go_only_if_the_person_says_so_and_are_counted(
    home: Furnished,
) -> None:
    async with visiting(home) as visitor:
        assert "would be sent too" not in (await visitor.get(asked(home, "heart_rate"))).words
        words = (await visitor.get(asked(home, "heart_rate", past="7"))).words
        assert "2 readings that are here already would be sent too." in words


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": "9999"}, {"past": "x"}, {"grain": "x"}, {"purpose": "HMARKT"},
        {"recipient": "x"},
    ],
    ids=str,
)  # fmt: skip
async def test_what_cannot_be_offered_is_said_in_words(
    home: Furnished, wrong: dict[str, str]
) -> None:
    async with visiting(home) as visitor:
        path = asked(home, "heart_rate", **{k: v for k, v in wrong.items() if k != "recipient"})
        path = path.replace(home.recipient(), "x") if "recipient" in wrong else path
        answer = await visitor.get(path)
        assert answer.status == 409
        assert "This did not work" in answer.words


async def test_no_kinds_and_room_kinds_cannot_be_shared(home: Furnished) -> None:
    async with visiting(home) as visitor:
        assert (await visitor.get(asked(home))).status == 409
        assert (await visitor.get(asked(home, "carbon_monoxide_in_air"))).status == 409


async def test_stopping_takes_one_press_and_fewer_steps_than_agreeing(home: Furnished) -> None:
    async with visiting(home) as visitor:
        await agree(visitor, home, "heart_rate")
        to_agree = 5  # choose, tick a kind, tick a purpose, read, agree
        page = await visitor.get("/share")
        fields = page.form.to("/share/stop")
        answer = await visitor.post("/share/stop", fields)
        to_stop = 1
        assert to_stop < to_agree
        assert "You share nothing. Everything stays here." in answer.words
        assert "You took back your agreement to share this." in answer.words
        grant = dict(fields)["grant"]
        assert (grant, Kind("heart_rate")) in home.house.ledger.state().withdrawn


async def test_nobody_can_take_back_or_read_what_another_person_gave(home: Furnished) -> None:
    other = home.house.people.add("Olav", "1970-01", NOW)
    grant = home.agree("heart_rate")
    notice = Furnished(home.house, other)
    notice.know_risks()
    async with visiting(Furnished(home.house, other, home.clock)) as visitor:
        token = (await visitor.get("/share")).form.to("/share/collect")[0]
        answer = await visitor.post("/share/stop", [token, ("grant", grant)])
        assert answer.status == 409
        assert (await visitor.get(f"/share/receipt/{grant}")).status == 409
        assert (await visitor.get(f"/share/to/{home.recipient()}")).status == 409
        assert not home.house.ledger.state().withdrawn


async def test_who_decides_too_is_shown_and_ended_with_one_press(home: Furnished) -> None:
    mother = home.house.people.add("Runa <R>", "1970-01", NOW)
    says = replace(home.act, actor=f"person:{mother}")
    entrust(home.house.ledger, home.person, mother, "guardian", says, born="1970-01")
    async with visiting(home) as visitor:
        page = await visitor.get("/share")
        assert "Runa &lt;R&gt; As your guardian, they can agree" in page.words
        token, _by = page.form.to("/share/end-trust")
        stranger = await visitor.post("/share/end-trust", [token, ("by", home.person)])
        assert stranger.status == 409
        answer = await visitor.post("/share/end-trust", page.form.to("/share/end-trust"))
        assert "Runa" not in answer.words
        assert not home.house.ledger.state().trusts


async def test_a_paused_recipient_is_looked_at_and_confirmed(home: Furnished) -> None:
    home.house.recipients.suspend(home.recipient(), "Its address changed.", home.act)
    async with visiting(home) as visitor:
        page = await visitor.get("/share")
        assert "Its address changed. Nothing is sent there meanwhile." in page.words
        look = await visitor.get(f"/share/to/{home.recipient()}")
        assert "This recipient is paused." in look.words
        assert look.form.forms[0][0] == "/leave"
        answer = await visitor.post("/share/confirm", page.form.to("/share/confirm"))
        assert "What you would share" in answer.words
        assert home.house.recipients.list()[0].standing == "active"


async def test_each_source_is_allowed_and_stopped_by_itself(home: Furnished) -> None:
    async with visiting(home) as visitor:
        for allow in ("yes", "no"):
            token = (await visitor.get("/share")).form.to("/share/collect")[0]
            fields = [token, ("source", "ble"), ("allow", allow)]
            assert (await visitor.post("/share/collect", fields)).status == 200
            state = home.house.ledger.state()
            assert {c.source for c in state.collects.values()} == (
                {"ble"} if allow == "yes" else set()
            )
        token = (await visitor.get("/share")).form.to("/share/collect")[0]
        answer = await visitor.post("/share/collect", [token, ("source", "x"), ("allow", "yes")])
        assert answer.status == 409


async def test_grants_are_told_in_words(shared: Furnished) -> None:
    async with visiting(shared) as visitor:
        words = (await visitor.get("/share")).words
        assert "Blood pressure, Heart rate , for your treatment: every reading." in words
        assert "You took back your agreement to share this." in words
        assert "Devices over Bluetooth Allowed" in words


async def test_what_was_sent_is_listed_by_day_with_answer_and_agreement(shared: Furnished) -> None:
    async with visiting(shared) as visitor:
        page = await visitor.get("/sent")
        assert "Saturday, 21 November 2026" in page.words
        assert "Friday, 20 November 2026" in page.words
        assert "arrived" in page.words
        assert "was there already" in page.words
        assert "refused by the server" in page.words
        assert "outside of what this server takes" in page.words
        assert page.text.count("/share/receipt/g") >= 3


async def test_what_was_not_sent_is_listed_with_the_reason(shared: Furnished) -> None:
    async with visiting(shared) as visitor:
        words = (await visitor.get("/sent")).words
        assert "Steps" in words
        assert "You have not agreed to share this." in words
        assert "You took back your agreement to share this." in words
        assert "What a recipient may keep" in words
        assert "Kept on this computer until you delete it there" in words


async def test_local_things_are_counted_and_shown_only_on_request(shared: Furnished) -> None:
    async with visiting(shared) as visitor:
        page = await visitor.get("/stays")
        assert "Bluetooth addresses 1" in page.words
        assert "positions 2" in page.words
        assert ADDRESS not in page.text
        assert ADDRESS in (await visitor.get("/stays/names")).text
        assert "out of range" in (await visitor.get("/stays/connections")).words
        routes = await visitor.get("/stays/routes")
        assert "59.91" not in routes.text
        assert (await visitor.get("/stays/secrets")).status == 404
