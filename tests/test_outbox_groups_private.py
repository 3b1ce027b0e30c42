"""A group tells a recipient of nobody else, though two people share one device and one server."""

from __future__ import annotations

import json

import pytest

from adapters.kinds import Kind
from adapters.reading import PersonKey, ReadingBatch
from gateway.sharing.agreement import text_hash
from gateway.sharing.offer import give, make_offer
from gateway.sharing.practice import sandbox_invitation
from gateway.sharing.recipients import Recipient
from tests.amending_home import home, proxy, sandbox
from tests.fakes_consent import ADA, BEN, DAY, HOUR, MINUTE, NOON, act
from tests.group_home import RATE, WATCH, named
from tests.loopback_proxy import LoopbackProxy
from tests.sharing_home import RADIO, SharingHome

__all__ = ["home", "proxy", "sandbox"]
pytestmark = pytest.mark.server


def _shares(home: SharingHome, base: str, person: PersonKey) -> Recipient:
    """The person agrees to workouts and heart rates."""
    by = act(home.now, person)
    home.origins.add("/".join(base.split("/")[:3]))
    clinic = home.recipients.add(sandbox_invitation(base), person, by)
    kinds = ("workout", "heart_rate")
    offer = make_offer(clinic, kinds, purpose="TREAT", start=home.now, end=home.now + DAY)
    text = text_hash(offer.text)
    give(home.ledger, offer, by, born="1980-01", text_shown=text, acknowledged=True)
    return clinic


def _ran(home: SharingHome, person: PersonKey, *, start: int, n: int) -> None:
    """A run of 40 minutes by the one watch, and heart rates within it."""
    run: list[str | int] = ["running"]
    rates: list[str | int] = [60 + i for i in range(n)]
    for kind, values, lasted in (("workout", run, 40 * MINUTE), ("heart_rate", rates, 0)):
        batch = ReadingBatch(
            person=person,
            kind=Kind(kind),
            device=WATCH,
            source=RADIO,
            starts=[start + i * MINUTE for i in range(len(values))],
            durations=[lasted] * len(values),
            values=list(values),
            decimals=[0] * len(values),
            nths=[0] * len(values),
            flags=[0] * len(values),
        )
        home.readings.take_in([batch], at=home.now, source="ble", simulated=True)


async def test_a_group_names_nothing_of_another_person_of_the_same_device(
    proxy: LoopbackProxy, home: SharingHome
) -> None:
    home.add_device(WATCH)
    for person in (ADA, BEN):
        _shares(home, proxy.base, person)
    _ran(home, ADA, start=NOON, n=15)
    _ran(home, BEN, start=NOON + 10 * MINUTE, n=7)  # each in the time of the other
    home.now += 2 * HOUR
    await home.upload_until_done()
    resources = [
        entry["resource"] for one in proxy.bundles for entry in json.loads(one.body)["entry"]
    ]
    groups = [one for one in resources if "valueCodeableConcept" in one]
    whose = {one["subject"]["reference"]: set[str]() for one in resources}
    for series, reference in home.db.execute("SELECT series, reference FROM delivery"):
        (person,) = home.db.execute("SELECT person FROM series WHERE id = ?", (series,)).fetchone()
        (patient,) = home.db.execute(
            "SELECT patient FROM recipient WHERE person = ?", (person,)
        ).fetchone()
        whose[patient].add(reference.partition("/")[2])

    assert sum(RATE in json.dumps(one).encode() for one in resources) == 22
    assert len(whose) == len(groups) == 2
    for group in groups:
        assert set(named(group)) < whose[group["subject"]["reference"]]
    assert sorted(len(named(one)) for one in groups) == [7, 15]
