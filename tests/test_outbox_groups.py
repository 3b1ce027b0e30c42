"""A workout names the readings that were measured in it, as far as they stand at the recipient."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.sharing import members
from scripts.sandbox_server import Sandbox
from tests.amending_home import home, proxy, sandbox, there_of
from tests.fakes_consent import DAY, HOUR, MINUTE, NOON
from tests.group_home import (
    KINDS,
    WATCH,
    correct_of,
    is_run,
    measured_meanwhile,
    named,
    refuses,
    run_of,
    runs,
    series_of,
)
from tests.loopback_proxy import LoopbackProxy
from tests.sharing_home import SharingHome

__all__ = ["home", "proxy", "sandbox"]
pytestmark = pytest.mark.server


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


async def test_what_was_agreed_to_for_another_purpose_is_not_named(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base, purposes=("TREAT", "HRESCH"))
    home.grant(clinic, "heart_rate", history_from=NOON - DAY, purpose="HRESCH")
    home.grant(clinic, "workout", "step_count", history_from=NOON - DAY)
    measured_meanwhile(home)
    run_of(home)
    home.now += 2 * HOUR
    assert (await home.upload()).sent == 13

    (run,) = await runs(sandbox, home, clinic)
    assert len(named(run)) == 2


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


@pytest.mark.parametrize(
    ("then", "n"),
    [
        pytest.param({}, 2, id="withdrawn"),
        pytest.param({"grain": "day", "history_from": NOON - DAY}, 2, id="summed up from now on"),
        pytest.param({"history_from": NOON + 15 * MINUTE}, 5, id="less of the past"),
        pytest.param({"history_from": NOON - DAY}, 7, id="agreed to anew"),
    ],
)
async def test_only_what_the_recipient_may_still_have_is_named(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, then: dict[str, Any], n: int
) -> None:
    clinic = home.add_recipient(proxy.base)
    rates = home.grant(clinic, "heart_rate", history_from=NOON - DAY)
    home.grant(clinic, "step_count", history_from=NOON - DAY)
    measured_meanwhile(home)
    home.now += 2 * HOUR
    await home.upload()
    home.withdraw(rates)
    if then:
        home.grant(clinic, "heart_rate", **then)
    home.grant(clinic, "workout", history_from=NOON - DAY)
    run_of(home)
    home.now += MINUTE
    await home.upload()

    (run,) = await runs(sandbox, home, clinic)
    assert len(named(run)) == n


async def test_what_stands_there_as_it_is_no_more_is_not_named(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, *KINDS, history_from=NOON - DAY)
    measured_meanwhile(home)
    home.now += 2 * HOUR
    await home.upload()
    refuses(proxy, b'"amended"', "422")
    correct_of(home, WATCH, "heart_rate", NOON, (61, 0))
    await home.upload()
    run_of(home)
    home.now += MINUTE
    await home.upload()

    (run,) = await runs(sandbox, home, clinic)
    assert len(named(run)) == 6


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
