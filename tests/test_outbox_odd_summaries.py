"""Summaries of what is odd: no number left, readings that last beyond consent, huge numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.reading import Quality
from gateway.sharing.summary import together
from scripts.sandbox_server import Sandbox
from tests.fakes_consent import DAY, HOUR, MINUTE, NOON
from tests.loopback_proxy import LoopbackProxy
from tests.sandbox import sandbox
from tests.sharing_home import SharingHome, fetch

__all__ = ["sandbox"]
pytestmark = pytest.mark.server


async def _there(base: str) -> list[Any]:
    found = await fetch(base, "Observation?_count=100&_sort=date")
    return [entry["resource"] for entry in found.get("entry", [])]


async def test_a_summary_that_has_lost_its_only_number_is_taken_back(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with LoopbackProxy(sandbox.base) as proxy, SharingHome(tmp_path) as home:
        clinic = home.add_recipient(proxy.base)
        home.grant(clinic, grain="minute")
        home.take_in(2, value=lambda i: "absent:not-a-number" if i else 200)
        home.now += HOUR
        await home.upload()
        patient = home.recipients.get(clinic.key).patient
        mine = [one for one in await _there(sandbox.base) if one["subject"]["reference"] == patient]
        (row,) = home.readings.window(1, NOON, NOON, 1)
        home.readings.correct(row.id, None, at=home.now, actor="ada")
        await home.upload()
        gone = [one for one in await _there(sandbox.base) if one["subject"]["reference"] == patient]

    assert [one["status"] for one in mine] == ["final"]
    assert [one["status"] for one in gone] == ["entered-in-error"]
    assert [one["id"] for one in mine] == [one["id"] for one in gone]


@pytest.mark.parametrize(("minutes", "sent"), [(20, 1), (120, 0)])
async def test_what_lasts_beyond_the_permission_is_in_no_summary(
    sandbox: Sandbox, tmp_path: Path, minutes: int, sent: int
) -> None:
    async with LoopbackProxy(sandbox.base) as proxy, SharingHome(tmp_path) as home:
        clinic = home.add_recipient(proxy.base)
        home.grant(clinic, "step_count", grain="hour", history_to=NOON + HOUR)
        start, kind = NOON + 30 * MINUTE, "step_count"
        home.take_in(1, start=start, kind=kind, value=lambda _: 5000, duration=minutes * MINUTE)
        home.now += DAY
        assert (await home.upload()).sent == sent


async def test_a_number_that_no_device_measures_stops_nothing_else(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with LoopbackProxy(sandbox.base) as proxy, SharingHome(tmp_path) as home:
        clinic = home.add_recipient(proxy.base)
        home.grant(clinic, "heart_rate", "body_temperature", grain="minute")
        home.take_in(2, kind="body_temperature", value=lambda i: 1e300 if i else 36.6, decimals=1)
        home.take_in(3)
        home.now += HOUR
        assert (await home.upload()).sent >= 1


async def test_of_the_newest_alone_its_own_doubts_are_said(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with LoopbackProxy(sandbox.base) as proxy, SharingHome(tmp_path) as home:
        clinic = home.add_recipient(proxy.base)
        home.grant(clinic, "body_weight", grain="hour")
        home.take_in(
            1, kind="body_weight", value=lambda _: 70.25, decimals=2, flags=Quality.ENTERED_BY_HAND
        )
        home.take_in(1, kind="body_weight", start=NOON + MINUTE, value=lambda _: 70.5, decimals=1)
        home.now += 2 * HOUR
        await home.upload()
        patient = home.recipients.get(clinic.key).patient
        (only,) = [
            one for one in await _there(sandbox.base) if one["subject"]["reference"] == patient
        ]

    assert (only["valueQuantity"]["value"], only.get("note")) == (70.5, None)


def test_a_limit_is_named_where_all_readings_passed_it() -> None:
    above, by_hand = int(Quality.ABOVE_LIMIT), int(Quality.ENTERED_BY_HAND)
    assert together([above | by_hand, 0]) == by_hand
    assert together([above, above]) == above
