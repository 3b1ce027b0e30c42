"""Groups go after what may be a member of them, and what must wait holds nothing up for ever."""

from __future__ import annotations

import json

import pytest

from gateway.sharing import members
from gateway.sharing.deliveries import counts
from scripts.sandbox_server import Sandbox
from tests.amending_home import home, proxy, sandbox, there_of
from tests.fakes_consent import DAY, HOUR, MINUTE, NOON
from tests.group_home import (
    KINDS,
    RATE,
    WATCH,
    is_run,
    measured_meanwhile,
    named,
    refuses,
    run_of,
    runs,
)
from tests.loopback_proxy import LoopbackProxy
from tests.sharing_home import SharingHome

__all__ = ["home", "proxy", "sandbox"]
pytestmark = pytest.mark.server


async def test_what_waits_for_the_end_of_its_day_holds_up_nothing_else(
    proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, "heart_rate", grain="day")
    home.grant(clinic, "body_weight")
    home.take_in(3)
    home.take_in(1, start=NOON + MINUTE, kind="body_weight")
    home.now += HOUR

    assert (await home.upload()).sent == 1


async def test_a_long_workout_is_written_with_all_its_members(
    proxy: LoopbackProxy, home: SharingHome
) -> None:
    home.add_device(WATCH)
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, "workout", "heart_rate", "step_count")
    home.take_in(990, device=WATCH)
    home.take_in(11, device=WATCH, kind="step_count")
    run_of(home)
    home.now += 2 * HOUR
    await home.upload_until_done()

    (bundle,) = [one for one in proxy.bundles if b'"hasMember"' in one.body]
    (entry,) = json.loads(bundle.body)["entry"]
    assert len(named(entry["resource"])) == 990
    assert len(bundle.body) < 100_000


async def test_it_waits_for_members_that_are_tried_again_and_not_for_ever(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    refuses(proxy, RATE, times=3)
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, "heart_rate", history_from=NOON - DAY)
    home.grant(clinic, "workout", "step_count")
    measured_meanwhile(home)
    run_of(home)
    home.now += 2 * HOUR
    report = await home.upload()
    assert (report.deferred, report.waiting) == (9, 1)
    assert await runs(sandbox, home, clinic) == []
    await home.upload_until_done()
    (run,) = await runs(sandbox, home, clinic)
    assert len(named(run)) == 7


async def test_members_that_are_refused_for_ever_do_not_hold_it_up(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    refuses(proxy, RATE)
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, "heart_rate", history_from=NOON - DAY)
    home.grant(clinic, "workout", "step_count")
    measured_meanwhile(home)
    run_of(home)
    home.now += 2 * HOUR
    for _ in range(members.MOST_TRIES):
        report = await home.upload()
        assert report.deferred == 9
        home.now += 20 * MINUTE
    (run,) = await runs(sandbox, home, clinic)
    assert len(named(run)) == 2  # the steps


async def test_a_session_names_its_parts_and_the_workouts_in_it(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, *KINDS, "activity_session", "body_weight")
    half = 20 * MINUTE
    home.add_device(WATCH)
    home.take_in(1, kind="activity_session", value=lambda _: "walking", duration=2 * half,
                 device=WATCH)  # fmt: skip
    run_of(home, start=NOON + half, minutes=20)
    home.take_in(2, kind="step_count", step=half, duration=half, device=WATCH)
    home.take_in(1, kind="body_weight", start=NOON + half, device=WATCH)
    home.now += HOUR
    assert (await home.upload()).sent == 5

    every = {one["id"]: one for one in await there_of(sandbox, home, clinic)}
    run, session = sorted(filter(is_run, every.values()), key=lambda one: len(named(one)))
    assert session["code"]["coding"][0]["code"] == "8454267"
    assert run["id"] in named(session)
    assert (len(named(run)), len(named(session))) == (1, 3)
    assert set(named(run)) < set(named(session))


@pytest.mark.parametrize("fault", ["cut", "commit and cut"])
async def test_a_restart_in_the_middle_changes_nothing(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, fault: str
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, *KINDS)
    measured_meanwhile(home)
    run_of(home)
    home.now += 2 * HOUR
    proxy.once.append(fault)
    await home.upload()
    async with SharingHome(home.path) as again:
        again.now = home.now + HOUR
        again.origins = home.origins
        await again.upload_until_done()
        (run,) = await runs(sandbox, again, clinic)
        assert len(named(run)) == 7
        assert counts(again.db) == {"sent": 12}
