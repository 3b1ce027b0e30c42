"""A group, what belongs to it, and the look at the clock that set both right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.reading import ClockLook, Quality
from fhir_mappings import systems
from scripts.sandbox_server import Sandbox
from tests.amending_home import home, proxy, sandbox, there_of
from tests.fakes_consent import HOUR, MINUTE, NOON
from tests.group_home import RATE, WATCH, correct_of, named, refuses
from tests.loopback_proxy import LoopbackProxy
from tests.sharing_home import SharingHome

__all__ = ["home", "proxy", "sandbox"]
pytestmark = pytest.mark.server

LOOK = ClockLook(NOON + HOUR, 95_000)
LATER = ClockLook(NOON + HOUR + MINUTE, 96_000)
SET_RIGHT = Quality.CLOCK_CORRECTED


def _measured(home: SharingHome, *, of_session: ClockLook = LOOK) -> None:
    """A session of a monitor whose clock was off, and three heart rates in it."""
    home.add_device(WATCH)
    home.take_in(3, step=MINUTE, device=WATCH, flags=SET_RIGHT, look=LOOK)
    home.take_in(1, kind="activity_session", value=lambda _: "walking", duration=40 * MINUTE,
                 device=WATCH, flags=SET_RIGHT, look=of_session)  # fmt: skip
    home.now += 2 * HOUR


def _agree(home: SharingHome, proxy: LoopbackProxy) -> Any:
    clinic = home.add_recipient(proxy.base, profiles=(systems.PHD_COINCIDENT,))
    home.grant(clinic, "heart_rate", "activity_session")
    return clinic


def _refers(one: Any) -> str:
    named_by = {each["url"]: each["valueReference"]["reference"] for each in one["extension"]}
    return str(named_by.get(systems.COINCIDENT_REFERENCE, ""))


def _looks(proxy: LoopbackProxy) -> list[Any]:
    return [json.loads(one.body) for one in proxy.of("POST", "/Observation")]


async def test_a_group_names_its_members_and_the_look_to_which_they_refer_too(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = _agree(home, proxy)
    _measured(home)
    assert (await home.upload()).sent == 4

    every = {one["id"]: one for one in await there_of(sandbox, home, clinic)}
    (session,) = [one for one in every.values() if named(one)]
    (look,) = _looks(proxy)
    (where,) = {_refers(one) for one in every.values()}
    assert set(named(session)) == set(every) - {session["id"]}
    assert where.startswith("Observation/")
    assert look["valueDateTime"] == "2026-12-01T13:01:35.000Z"
    assert where.partition("/")[2] not in named(session)


async def test_a_corrected_group_keeps_its_look_its_members_and_its_version(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = _agree(home, proxy)
    _measured(home)
    await home.upload()
    (before,) = [one for one in await there_of(sandbox, home, clinic) if named(one)]
    correct_of(home, WATCH, "activity_session", NOON, ("running", 0))
    home.now += MINUTE
    assert (await home.upload()).sent == 1
    (entry,) = json.loads(proxy.bundles[-1].body)["entry"]
    (after,) = [one for one in await there_of(sandbox, home, clinic) if named(one)]

    assert entry["request"]["ifMatch"] == 'W/"1"'
    assert after["status"] == "amended"
    assert (_refers(after), named(after)) == (_refers(before), named(before))
    assert len(_looks(proxy)) == 1


async def test_no_look_goes_for_a_group_that_still_waits(
    proxy: LoopbackProxy, home: SharingHome
) -> None:
    _agree(home, proxy)
    refuses(proxy, RATE, times=1)
    _measured(home, of_session=LATER)
    report = await home.upload()
    assert (report.sent, report.deferred, report.waiting) == (0, 3, 1)
    assert len(_looks(proxy)) == 1
    await home.upload_until_done()

    assert [one["effectiveDateTime"][14:16] for one in _looks(proxy)] == ["00", "01"]
    assert b'"hasMember"' in proxy.bundles[-1].body
