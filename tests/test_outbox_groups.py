"""A workout names the readings that were measured in it, as far as they stand at the recipient."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.reading import DeviceKey
from gateway.sharing import members
from gateway.sharing.deliveries import counts
from gateway.sharing.recipients import Recipient
from scripts.sandbox_server import Sandbox
from tests.amending_home import home, proxy, sandbox, there_of
from tests.fakes_consent import DAY, HOUR, MINUTE, NOON
from tests.loopback_proxy import LoopbackProxy, Seen, answer
from tests.sharing_home import SharingHome

__all__ = ["home", "proxy", "sandbox"]
pytestmark = pytest.mark.server

WATCH, OTHER = DeviceKey("watch2345"), DeviceKey("other2345")
KINDS = ("workout", "heart_rate", "step_count")


def run_of(home: SharingHome, *, start: int = NOON, minutes: int = 40) -> None:
    """A run by the watch."""
    home.take_in(
        1,
        start=start,
        kind="workout",
        value=lambda _: "running",
        duration=minutes * MINUTE,
        device=WATCH,
    )


def measured_meanwhile(home: SharingHome) -> None:
    """Five heart rates and two step counts in the run; others by another watch, and beside it."""
    for device in (WATCH, OTHER):
        home.add_device(device)
    home.take_in(5, start=NOON, step=10 * MINUTE, device=WATCH)  # the last as it ends
    home.take_in(1, start=NOON + 40 * MINUTE + 1, device=WATCH)
    home.take_in(1, start=NOON - 1, device=WATCH)
    home.take_in(2, start=NOON + MINUTE, device=OTHER)
    home.take_in(2, start=NOON, step=20 * MINUTE, duration=20 * MINUTE, kind="step_count",
                 device=WATCH)  # fmt: skip
    home.take_in(1, start=NOON + 39 * MINUTE, duration=2 * MINUTE, kind="step_count", device=WATCH)
    home.take_in(1, start=NOON + MINUTE, duration=MINUTE, kind="active_energy", device=WATCH)


def named(one: Any) -> list[str]:
    return [link["reference"].partition("/")[2] for link in one.get("hasMember", ())]


def is_run(one: Any) -> bool:
    return "valueCodeableConcept" in one or one["status"] == "entered-in-error"


async def runs(sandbox: Sandbox, home: SharingHome, clinic: Recipient) -> list[Any]:
    return [one for one in await there_of(sandbox, home, clinic) if is_run(one)]


async def test_a_workout_names_what_the_same_device_measured_in_it_and_was_sent(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, *KINDS, history_from=NOON - DAY)  # and no energy
    measured_meanwhile(home)
    run_of(home)
    home.now += 2 * HOUR
    report = await home.upload()

    every = await there_of(sandbox, home, clinic)
    (run,) = filter(is_run, every)
    by_id = {one["id"]: one for one in every}
    those = [by_id[one] for one in named(run)]
    assert report.sent == 13
    assert len({one["device"]["reference"] for one in [run, *those]}) == 1
    rates = [one["effectiveDateTime"] for one in those if "effectiveDateTime" in one]
    assert [one[11:16] for one in rates] == ["12:00", "12:10", "12:20", "12:30", "12:40"]
    steps = [one["effectivePeriod"]["start"] for one in those if "effectivePeriod" in one]
    assert [one[11:16] for one in steps] == ["12:00", "12:20"]
    assert b'"hasMember"' not in proxy.bundles[0].body
    assert b'"hasMember"' in proxy.bundles[-1].body
    assert (await home.upload()).sent == 0


async def test_what_was_not_agreed_to_is_not_named(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, "workout", history_from=NOON - DAY)
    home.grant(clinic, "heart_rate", history_from=NOON + 15 * MINUTE)
    measured_meanwhile(home)
    run_of(home)
    home.now += 2 * HOUR
    await home.upload()

    (run,) = await runs(sandbox, home, clinic)
    assert len(named(run)) == 3


async def test_who_gets_summaries_alone_is_told_of_no_reading_and_still_of_the_workout(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    other = home.add_recipient(proxy.base)
    home.grant(other, "heart_rate", history_from=NOON - DAY)
    clinic = home.add_recipient(sandbox.base)
    home.grant(clinic, "heart_rate", history_from=NOON - DAY, grain="day")
    home.grant(clinic, "workout", history_from=NOON - DAY)
    measured_meanwhile(home)
    run_of(home)
    home.now += 2 * HOUR
    report = await home.upload()

    assert report.waiting > 0  # the summary of a day that is not over, which holds up nothing
    (run,) = await runs(sandbox, home, clinic)
    assert named(run) == []
    home.now += 2 * DAY
    await home.upload()
    run, *others = await there_of(sandbox, home, clinic)
    assert others
    assert not any(map(named, [run, *others]))


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


async def test_what_a_later_decision_forbids_is_named_no_more(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    rates = home.grant(clinic, "heart_rate", history_from=NOON - DAY)
    home.grant(clinic, "step_count", history_from=NOON - DAY)
    measured_meanwhile(home)
    home.now += 2 * HOUR
    await home.upload()
    home.withdraw(rates)
    home.grant(clinic, "workout", history_from=NOON - DAY)
    run_of(home)
    home.now += MINUTE
    await home.upload()

    (run,) = await runs(sandbox, home, clinic)
    assert len(named(run)) == 2


async def test_a_new_version_names_what_is_true_by_then(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, *KINDS, history_from=NOON - DAY)
    measured_meanwhile(home)
    run_of(home)
    home.now += 2 * HOUR
    await home.upload()
    (run,) = await runs(sandbox, home, clinic)
    rate, *_ = named(run)
    series = [row[0] for row in home.db.execute("SELECT id FROM series WHERE kind = 'workout'")]

    correct_of(home, WATCH, "heart_rate", NOON, None)
    home.take_in(1, start=NOON + MINUTE, device=WATCH)  # comes late
    home.now += MINUTE
    assert (await home.upload()).sent == 2
    (same,) = [one for one in await runs(sandbox, home, clinic) if "valueCodeableConcept" in one]
    assert (same["status"], named(same)) == ("final", named(run))  # not amended for its members

    (row,) = home.readings.window(series[0], NOON, NOON, 1)
    home.readings.correct(row.id, ("cycling", 0), at=home.now, actor="ada")
    home.now += MINUTE
    await home.upload()
    (same,) = [one for one in await runs(sandbox, home, clinic) if "valueCodeableConcept" in one]
    assert same["status"] == "amended"
    assert rate not in named(same)
    assert len(named(same)) == 7

    home.readings.correct(row.id, None, at=home.now, actor="ada")
    home.now += MINUTE
    await home.upload()
    (gone,) = [one for one in await runs(sandbox, home, clinic) if one["id"] == run["id"]]
    assert (gone["status"], named(gone)) == ("entered-in-error", [])


async def test_what_was_deleted_here_is_not_named(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, *KINDS, history_from=NOON - DAY)
    measured_meanwhile(home)
    home.now += 2 * HOUR
    await home.upload()
    series = series_of(home, WATCH, "heart_rate")
    assert home.readings.delete(series, NOON, NOON, at=home.now) == 1
    run_of(home)
    home.now += MINUTE
    await home.upload()

    (run,) = await runs(sandbox, home, clinic)
    assert len(named(run)) == 6


async def test_a_kind_of_which_there_are_too_many_is_left_out_whole(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "MOST_MEMBERS", 4)
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, *KINDS, "active_energy", history_from=NOON - DAY)
    measured_meanwhile(home)
    run_of(home)
    home.now += 2 * HOUR
    await home.upload()

    every = {one["id"]: one for one in await there_of(sandbox, home, clinic)}
    (run,) = filter(is_run, every.values())
    assert len(named(run)) == 3
    assert all("effectivePeriod" in every[one] for one in named(run))  # steps and energy, no rates


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
    refuses_rates(proxy, times=3)
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
    refuses_rates(proxy, times=1000)
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


def refuses_rates(proxy: LoopbackProxy, *, times: int) -> None:
    """Let the recipient say of each heart rate, so often, that it cannot take it now."""
    left = [times]

    async def fault(seen: Seen) -> bytes | str:
        if seen.method != "POST" or b"8867-4" not in seen.body or not left[0]:
            return "pass"
        left[0] -= 1
        entries = [{"response": {"status": "500"}} for _ in json.loads(seen.body)["entry"]]
        bundle = {"resourceType": "Bundle", "type": "batch-response", "entry": entries}
        return answer(200, json.dumps(bundle).encode())

    proxy.fault = fault


def series_of(home: SharingHome, device: DeviceKey, kind: str) -> int:
    (row,) = home.db.execute("SELECT id FROM series WHERE (device, kind) = (?, ?)", (device, kind))
    return int(row[0])


def correct_of(
    home: SharingHome, device: DeviceKey, kind: str, start: int, value: tuple[float, int] | None
) -> None:
    (row,) = home.readings.window(series_of(home, device, kind), start, start, 1)
    home.readings.correct(row.id, value, at=home.now, actor="ada")
