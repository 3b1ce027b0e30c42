"""Events and their one spelling: closed, and read back as they were written."""

from __future__ import annotations

import json
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.kinds import Kind
from gateway.sharing.errors import LedgerBroken
from gateway.sharing.events import (
    Assent,
    Collect,
    ConsentEvent,
    Deny,
    Lift,
    NoticeAcknowledged,
    PolicyChanged,
    RecipientConfirmed,
    RecipientRemoved,
    RecipientSuspended,
    Recorded,
    StopCollect,
    Withdraw,
)
from gateway.sharing.fold import fold
from gateway.sharing.spelling import parsed, spelled
from gateway.sharing.trust_events import EndTrust, Entrust
from tests.consent_histories import history
from tests.fakes_consent import (
    ADA,
    BEN,
    HEART,
    HOUR,
    NOON,
    WEIGHT,
    invited,
    permit,
    sha256,
)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"kinds": ()}, id="no kinds"),
        pytest.param({"kinds": (Kind("*"),)}, id="a star"),
        pytest.param({"kinds": (HEART, HEART)}, id="a kind twice"),
        pytest.param({"kinds": (HEART, WEIGHT)}, id="not in order"),
        pytest.param({"end": NOON}, id="an empty period"),
        pytest.param({"history_to": NOON - HOUR}, id="an empty window"),
        pytest.param({"text": "something else"}, id="another text than was hashed"),
        pytest.param({"text_hash": "x"}, id="no digest"),
        pytest.param({"born": "1980"}, id="no month of birth"),
        pytest.param({"recipient": " "}, id="nobody"),
        pytest.param({"grain": "local_day"}, id="days of nowhere"),
        pytest.param({"by": BEN}, id="decided by somebody who is nothing to the person"),
        pytest.param({"relationship": "GUARD"}, id="a guardian who is nobody"),
        pytest.param({"by": ADA, "relationship": "GUARD"}, id="a guardian of themselves"),
        pytest.param({"zone": "Europe/Oslo"}, id="a zone that nothing is counted by"),
        pytest.param({"grain": "local_day", "zone": "a b"}, id="a zone that is none"),
    ],
)
def test_a_permit_that_is_not_closed_cannot_be_said(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        permit(**change)


def test_every_event_reads_back_as_it_was_written() -> None:
    events: list[ConsentEvent] = [
        invited(),
        permit(),
        Withdraw("g1", (HEART,)),
        Deny("d1", ADA, "clinic", ("HRESCH", "TREAT"), (HEART,), NOON, None),
        Lift("d1"),
        Collect("c1", ADA, "routes", NOON, NOON + 1),
        StopCollect("c1"),
        PolicyChanged("clinic", "v2", "v2", sha256("v2"), "editorial"),
        RecipientSuspended("clinic", "Grund: »ü«"),
        RecipientConfirmed("clinic"),
        RecipientRemoved("clinic"),
        NoticeAcknowledged(ADA, "notice", "1"),
        Assent(ADA, "clinic", sha256("x")),
        permit(by=BEN, relationship="GUARD", grain="local_day", zone="Europe/Oslo"),
        Entrust("t1", ADA, BEN, "POWATT", "1980-01", NOON, NOON + 1),
        EndTrust("t1"),
    ]
    for event in events:
        recorded = Recorded(NOON, "ada", "s", "trusted", event)
        assert parsed(spelled(recorded)) == recorded
    assert {type(event) for event in events} == set(get_args(ConsentEvent))


def test_what_came_later_is_not_spelled_where_it_says_nothing() -> None:
    old = spelled(Recorded(NOON, "ada", "s", "trusted", permit()))

    assert not {"zone", "by", "relationship"} & set(json.loads(old)["event"])
    assert spelled(parsed(old)) == old  # an entry of before reads back as it was signed
    with pytest.raises(LedgerBroken):
        parsed(old.replace('"what"', '"zone":"","what"'))


@given(st.integers(0, 2**32).map(Random))
def test_histories_read_back_as_they_were_written(random: Random) -> None:
    entries = history(random)
    assert fold(parsed(spelled(entry)) for entry in entries) == fold(entries)


@pytest.mark.parametrize(
    "change",
    [
        ('"TREAT"', '"HMARKT"'),
        ('"heart_rate"', '"*"'),
        ('"what":"permit"', '"what":"allow"'),
        ('"at":', '"more":1,"at":'),
        ('"grain":"raw"', '"grain":"all"'),
        ('"clock":"trusted"', '"clock":"sure"'),
        ('{"actor"', '{ "actor"'),
    ],
)
def test_what_is_not_of_the_list_cannot_be_read(change: tuple[str, str]) -> None:
    text = spelled(Recorded(NOON, "ada", "s", "trusted", permit()))
    assert change[0] in text
    with pytest.raises(LedgerBroken):
        parsed(text.replace(*change))
