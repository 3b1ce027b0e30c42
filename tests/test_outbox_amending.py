"""A correction of what was sent replaces it at the recipient; it never makes a second one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.reading import Quality
from fhir_mappings.systems import PHD_METRIC
from gateway.sharing.sent import refusals
from gateway.store.clock_answers import answer as say_of_clock
from scripts.sandbox_server import Sandbox
from tests.amending_home import correct, home, proxy, sent_to, there_of
from tests.fakes_consent import ADA, DAY, HOUR, MINUTE, NOON, act
from tests.loopback_proxy import LoopbackProxy, answer
from tests.sandbox import sandbox
from tests.sharing_home import STRAP, SharingHome

__all__ = ["home", "proxy", "sandbox"]
pytestmark = pytest.mark.server


async def test_a_corrected_reading_is_amended_where_it_stands(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await sent_to(home, proxy)
    before = await there_of(sandbox, home, clinic)
    correct(home, NOON, (64.50, 2))
    report = await home.upload()
    after = await there_of(sandbox, home, clinic)
    changed = next(one for one in after if one["id"] == before[0]["id"])

    assert report.sent == 1
    assert len(after) == len(before) == 3
    assert (changed["status"], changed["valueQuantity"]["value"]) == ("amended", 64.5)
    assert changed["identifier"] == before[0]["identifier"]
    assert changed["note"] == [{"text": "Corrected by the patient."}]
    assert not any("note" in one for one in after if one["id"] != changed["id"])
    assert b'"value":64.50' in proxy.bundles[-1].body
    assert b'"method":"PUT"' in proxy.bundles[-1].body
    assert (await home.upload()).sent == 0


async def test_each_later_correction_amends_the_same_one(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await sent_to(home, proxy)
    for value in (70, 71, 72):
        correct(home, NOON, (value, 0))
        assert (await home.upload()).sent == 1
    (first, *_) = await there_of(sandbox, home, clinic)

    assert (first["status"], first["valueQuantity"]["value"]) == ("amended", 72)
    assert first["meta"]["versionId"] == "4"


async def test_what_is_brought_back_as_it_was_measured_is_not_called_corrected(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await sent_to(home, proxy)
    (row,) = home.readings.window(1, NOON, NOON, 1)
    assert not isinstance(row.value, str)
    for value in ((row.value + 1, 0), (row.value, 0)):
        correct(home, NOON, value)
        await home.upload()
    (first, *_) = await there_of(sandbox, home, clinic)

    assert (first["status"], first["valueQuantity"]["value"]) == ("amended", row.value)
    assert "note" not in first


async def test_a_reading_taken_back_becomes_entered_in_error(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await sent_to(home, proxy)
    correct(home, NOON, None)
    await home.upload()
    (first, *others) = await there_of(sandbox, home, clinic)

    assert first["status"] == "entered-in-error"
    assert "valueQuantity" not in first
    assert {one["status"] for one in others} == {"final"}
    assert refusals(home.db) == []


async def test_a_correction_of_what_was_never_sent_makes_one_final_observation(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic)
    home.take_in(1)
    correct(home, NOON, (64.50, 2))
    home.now += HOUR
    await home.upload()
    (only,) = await there_of(sandbox, home, clinic)

    assert (only["status"], only["valueQuantity"]["value"]) == ("final", 64.5)
    assert only["note"] == [{"text": "Corrected by the patient."}]


@pytest.mark.parametrize("grain", ["minute", "hour", "day"])
async def test_a_summary_is_made_anew_when_a_reading_in_it_is_corrected(
    sandbox: Sandbox, proxy: LoopbackProxy, tmp_path: Path, grain: str
) -> None:
    async with SharingHome(tmp_path) as home:
        clinic = home.add_recipient(proxy.base)
        home.grant(clinic, grain=grain)
        home.take_in(3, start=NOON + DAY)  # the day of the grant is not wholly covered
        home.now += 3 * DAY
        await home.upload()
        (before,) = await there_of(sandbox, home, clinic)
        correct(home, NOON + DAY, (200, 0))
        await home.upload()
        (after,) = await there_of(sandbox, home, clinic)
        for second in range(3):
            correct(home, NOON + DAY + 1000 * second, None)
        await home.upload()
        (gone,) = await there_of(sandbox, home, clinic)

    assert (before["status"], after["status"], gone["status"]) == (
        "final",
        "amended",
        "entered-in-error",
    )
    assert before["id"] == after["id"] == gone["id"]
    assert after["valueQuantity"]["value"] > before["valueQuantity"]["value"]


async def test_what_comes_late_into_a_summary_amends_it(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, grain="minute")
    home.take_in(3)
    home.now += HOUR
    await home.upload()
    home.take_in(3, start=NOON + 10_000, value=lambda _: 100)
    report = await home.upload()
    (only,) = await there_of(sandbox, home, clinic)
    (count,) = [
        one["valueQuantity"]["value"]
        for one in only["component"]
        if one["code"]["coding"][0]["code"] == "count"
    ]

    assert report.sent == 1
    assert (only["status"], count) == ("amended", 6)
    assert (await home.upload()).sent == 0


@pytest.mark.parametrize("grain", ["minute", "hour", "day", "local_day"])
async def test_a_summary_is_made_anew_when_readings_in_it_are_deleted(
    sandbox: Sandbox, proxy: LoopbackProxy, tmp_path: Path, grain: str
) -> None:
    async with SharingHome(tmp_path) as home:
        clinic = home.add_recipient(proxy.base)
        home.grant(clinic, grain=grain, zone="Europe/Oslo")
        start = NOON + DAY
        home.take_in(3, start=start)  # 60, 61, 62
        home.now += 3 * DAY
        await home.upload()
        (before,) = await there_of(sandbox, home, clinic)
        (row,) = home.readings.window(1, start, start, 1)
        home.readings.delete_one(row.id, home.now)
        assert (await home.upload()).sent == 1
        assert (await home.upload()).sent == 0
        (fewer,) = await there_of(sandbox, home, clinic)
        home.readings.delete(1, start, start + HOUR, home.now)
        await home.upload()
        (gone,) = await there_of(sandbox, home, clinic)
        assert (await home.upload()).sent == 0
        home.take_in(1, start=start + 10_000, value=lambda _: 90)
        await home.upload()
        (again,) = await there_of(sandbox, home, clinic)

    statuses = [one["status"] for one in (before, fewer, gone, again)]
    assert statuses == ["final", "amended", "entered-in-error", "amended"]
    assert before["id"] == fewer["id"] == gone["id"] == again["id"]
    assert (before["valueQuantity"]["value"], fewer["valueQuantity"]["value"]) == (61.0, 61.5)
    assert "valueQuantity" not in gone
    assert again["valueQuantity"]["value"] == 90


async def test_a_reading_that_is_deleted_here_stays_at_a_recipient_as_it_was_sent(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await sent_to(home, proxy)
    before = await there_of(sandbox, home, clinic)
    home.readings.delete(1, NOON, NOON, home.now)
    report = await home.upload()

    assert report.sent == 0
    assert len(before) == 3
    assert await there_of(sandbox, home, clinic) == before


async def test_a_deletion_of_what_was_corrected_and_came_late_is_seen_too(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, grain="minute")
    home.take_in(3)
    home.take_in(1, start=NOON + 20_000)
    correct(home, NOON, (70, 0))
    correct(home, NOON, (80, 0))
    home.now += HOUR
    await home.upload()
    home.readings.delete(1, NOON, NOON + 2000, home.now)  # a correction, an arrival go with it
    report = await home.upload()
    (only,) = await there_of(sandbox, home, clinic)

    assert report.sent == 1
    assert (only["status"], only["valueQuantity"]["value"]) == ("amended", 60)


async def test_a_deletion_that_touches_no_summary_leaves_no_trace_of_its_time(
    proxy: LoopbackProxy, home: SharingHome
) -> None:
    await sent_to(home, proxy)
    home.readings.delete(1, NOON, NOON + 2000, home.now)

    for table in ("summary_loss", "thinned"):
        assert home.db.conn.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,)  # noqa: S608


async def test_a_summary_thinned_while_a_recipient_was_paused_is_amended_after_it(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await sent_to(home, proxy, "minute")
    home.recipients.suspend(clinic.key, "its terms changed", act(home.now))
    home.readings.delete(1, NOON, NOON + 2000, home.now)
    assert (await home.upload()).sent == 0
    home.recipients.confirm(clinic.key, act(home.now))
    assert (await home.upload()).sent == 1
    (only,) = await there_of(sandbox, home, clinic)

    assert only["status"] == "entered-in-error"


async def test_an_amendment_whose_answer_was_lost_goes_again(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await sent_to(home, proxy)
    correct(home, NOON, (64, 0))
    proxy.once.append(answer(504))
    await home.upload()
    home.now += 10 * MINUTE
    await home.upload()
    (first, *_) = await there_of(sandbox, home, clinic)

    assert (first["status"], first["valueQuantity"]["value"]) == ("amended", 64)
    assert len(await there_of(sandbox, home, clinic)) == 3


@pytest.mark.parametrize("grain", ["raw", "minute"])
async def test_a_corrected_value_takes_what_the_device_said_of_its_own_along(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, grain: str
) -> None:
    doubts = Quality.ABOVE_LIMIT | Quality.NOT_SETTLED | Quality.IRREGULAR_PULSE
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, grain=grain)
    home.take_in(1, value=lambda _: 220, flags=doubts)
    home.now += 2 * HOUR
    await home.upload()
    (before,) = await there_of(sandbox, home, clinic)
    correct(home, NOON, (70, 0))
    await home.upload()
    (after,) = await there_of(sandbox, home, clinic)

    assert len(before["note"]) == 3
    assert before["interpretation"]
    assert "interpretation" not in after
    assert after["status"] == "amended"
    assert [note["text"] for note in after["note"]] == [
        "The device noticed an irregular pulse.",
        *(["Corrected by the patient."] if grain == "raw" else []),
    ]


async def test_a_correction_goes_nowhere_without_consent(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    grant = home.grant(clinic)
    home.take_in(3)
    home.now += HOUR
    await home.upload()
    home.withdraw(grant)
    correct(home, NOON, (64, 0))
    report = await home.upload()

    assert report.sent == 0
    assert {one["status"] for one in await there_of(sandbox, home, clinic)} == {"final"}


async def test_a_summary_names_the_readings_that_stand_there_and_only_those(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await sent_to(home, proxy)  # three readings, one by one
    raw = await there_of(sandbox, home, clinic)
    home.grant(clinic, grain="minute", history_from=NOON)
    home.take_in(61, start=NOON + 10 * MINUTE, step=900)  # too many to be named
    home.now += HOUR
    await home.upload()
    await home.upload()
    every = await there_of(sandbox, home, clinic)
    first, second, *_ = [one for one in every if "effectivePeriod" in one]

    assert [link["reference"] for link in first["derivedFrom"]] == [
        f"Observation/{one['id']}" for one in raw
    ]
    assert "derivedFrom" not in second


async def test_who_gets_summaries_alone_is_told_of_no_reading(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    other = await sent_to(home, proxy)
    clinic = home.add_recipient(sandbox.base)
    home.grant(clinic, grain="minute", history_from=NOON)
    await home.upload()
    (summary,) = await there_of(sandbox, home, clinic)

    assert other.key != clinic.key
    assert "derivedFrom" not in summary


async def test_a_sensor_has_a_metric_for_what_is_shared_where_it_is_asked_for(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    asks = home.add_recipient(proxy.base, profiles=(PHD_METRIC,))
    home.grant(asks, "heart_rate", "pulse_rate", "breath_carbon_monoxide")
    home.take_in(2)  # of a strap that does not say where it is worn: no code of MDC is sure
    home.take_in(2, kind="pulse_rate")
    home.take_in(2, kind="oxygen_saturation")  # which is not shared
    home.take_in(2, kind="breath_carbon_monoxide")  # for which MDC has no code
    home.now += HOUR
    # This server cannot look a DeviceMetric up by its identifier, and so takes none.
    assert (await home.upload()).sent == 6
    home.take_in(2, start=home.now, kind="pulse_rate")
    home.now += HOUR
    assert (await home.upload()).sent == 2
    (device,) = {one["device"]["reference"] for one in await there_of(sandbox, home, asks)}
    (made,) = [one for one in proxy.seen if one.path.endswith("/DeviceMetric")]
    metric = json.loads(made.body)

    assert metric["type"]["coding"][0]["code"] == "149530"
    assert metric["source"] == {"reference": device}
    assert metric["meta"]["profile"] == [PHD_METRIC]


async def test_who_does_not_ask_for_metrics_gets_none(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    await sent_to(home, proxy)

    assert any(one.path.endswith("/Device") for one in proxy.seen)
    assert not [one for one in proxy.seen if "DeviceMetric" in one.path]


async def test_a_summary_is_amended_when_the_times_of_more_are_said_to_be_right(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    home.take_in(3, start=NOON + 10 * MINUTE, flags=Quality.CLOCK_NOT_TRUSTED)
    clinic = await sent_to(home, proxy, grain="hour")
    say_of_clock(home.db, STRAP, ADA, right=True, at=home.now, actor="person:ada")
    home.now += MINUTE
    assert (await home.upload()).sent == 1
    (only,) = await there_of(sandbox, home, clinic)
    assert only["status"] == "amended"
    assert only["component"][-1]["valueQuantity"]["value"] == 6
    assert (await home.upload()).sent == 0
