"""What networks do, and that every reading is at the recipient once all the same."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.sharing.deliveries import counts
from gateway.sharing.turn import NotOurTurn, turn
from scripts.sandbox_server import Sandbox
from tests.fakes_consent import NOON
from tests.loopback_proxy import LoopbackProxy, Seen, always, answer
from tests.sandbox import sandbox
from tests.sharing_home import SharingHome, fetch

__all__ = ["sandbox"]
pytestmark = pytest.mark.server


@pytest.fixture
async def proxy(sandbox: Sandbox) -> AsyncIterator[LoopbackProxy]:
    async with LoopbackProxy(sandbox.base) as made:
        yield made


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SharingHome]:
    async with SharingHome(tmp_path) as made:
        yield made


async def at_the_server(sandbox: Sandbox, home: SharingHome) -> list[str]:
    """The values that the server has for this home's person, sorted by time."""
    patient = home.db.execute("SELECT patient FROM recipient").fetchone()[0]
    found = await fetch(sandbox.base, f"Observation?patient={patient}&_count=1000&_sort=date")
    return [one["resource"]["effectiveDateTime"] for one in found.get("entry", [])]


async def provenances(sandbox: Sandbox, home: SharingHome) -> list[Any]:
    rows = home.db.execute("SELECT provenance FROM batch WHERE provenance LIKE 'P%'").fetchall()
    return [await fetch(sandbox.base, reference) for (reference,) in rows]


async def test_an_answer_lost_after_the_commit_is_asked_about_and_not_sent_again(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    home.grant(home.add_recipient(proxy.base))
    home.take_in(50)
    proxy.once.append("commit and cut")
    report = await home.upload()
    assert (report.sent, report.unknown) == (0, 50)
    assert report.next_at is not None
    report = await home.upload_until_done()
    assert counts(home.db) == {"sent": 50}
    assert len(proxy.bundles) == 1
    questions = proxy.of("GET", "/Observation")
    assert len(questions) == 3
    assert all("%7C" in one.path and "|" not in one.path for one in questions)
    assert len(await at_the_server(sandbox, home)) == 50
    (provenance,) = await provenances(sandbox, home)
    assert len(provenance["target"]) == 50


async def test_a_request_lost_on_the_way_is_sent_again_after_asking(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    home.grant(home.add_recipient(proxy.base))
    home.take_in(20)
    proxy.once.append("cut")
    assert (await home.upload()).unknown == 20
    await home.upload_until_done()
    assert counts(home.db) == {"sent": 20}
    assert len(proxy.bundles) == 2
    assert len(await at_the_server(sandbox, home)) == 20


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
async def test_a_recipient_that_cannot_take_it_now_is_tried_again_later(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, status: int
) -> None:
    home.grant(home.add_recipient(proxy.base))
    home.take_in(20)
    proxy.once.extend([answer(status)] * 3)
    report = await home.upload()
    assert (report.sent, report.deferred) == (0, 20)
    before = len(proxy.seen)
    await home.upload()  # not yet
    assert len(proxy.seen) == before
    await home.upload_until_done()
    assert counts(home.db) == {"sent": 20}
    assert len(await at_the_server(sandbox, home)) == 20


@pytest.mark.parametrize("asked", ["7200", "Tue, 01 Dec 2026 14:00:00 GMT"])
async def test_retry_after_is_obeyed(proxy: LoopbackProxy, home: SharingHome, asked: str) -> None:
    home.grant(home.add_recipient(proxy.base))
    home.take_in(5)
    proxy.once.append(answer(503, Retry_After=asked))
    report = await home.upload()
    assert report.next_at == NOON + 7_200_000
    before = len(proxy.seen)
    home.now = NOON + 7_199_999
    await home.upload()
    assert len(proxy.seen) == before
    home.now = NOON + 7_200_000
    assert (await home.upload()).sent == 5


async def test_single_entries_that_cannot_be_taken_now_wait_alone(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    entries = [b'{"response":{"status":"201 Created","location":"Observation/%d"}}' % i
               for i in range(3)]  # fmt: skip
    entries[1] = b'{"response":{"status":"500 Internal Server Error"}}'
    proxy.once.append(answer(200, b'{"entry":[' + b",".join(entries) + b"]}"))
    home.grant(home.add_recipient(proxy.base))
    home.take_in(3)
    report = await home.upload()
    assert (report.sent, report.deferred, report.next_at) == (2, 1, None)
    home.take_in(5, start=NOON + 60_000)
    home.now += 66_000
    assert (await home.upload()).sent == 6
    assert counts(home.db) == {"sent": 8}


async def test_back_off_grows_and_never_ends(proxy: LoopbackProxy, home: SharingHome) -> None:
    home.grant(home.add_recipient(proxy.base))
    home.take_in(1)
    proxy.fault = always(answer(503))
    pauses = []
    for _ in range(14):
        report = await home.upload()
        assert report.next_at is not None
        pauses.append(report.next_at - home.now)
        home.now = report.next_at
    assert pauses[:4] == [1000, 2000, 4000, 8000]
    assert pauses[-1] == 900_000
    proxy.fault = None
    assert (await home.upload()).sent == 1


async def test_a_redirect_keeps_everything_and_tells_the_other_origin_nothing(
    proxy: LoopbackProxy, home: SharingHome
) -> None:
    async with LoopbackProxy(fault=always(answer(200))) as other:
        proxy.fault = always(answer(307, Location=f"{other.base}/"))
        home.grant(home.add_recipient(proxy.base))
        home.take_in(10)
        report = await home.upload()
        assert report.sent == 0
        assert report.waiting + report.deferred == 10
        assert other.seen == []
        proxy.fault = None
        await home.upload_until_done()
        assert other.seen == []
    assert counts(home.db) == {"sent": 10}


async def test_a_leak_is_put_aside_and_the_others_go(
    sandbox: Sandbox, proxy: LoopbackProxy, tmp_path: Path
) -> None:
    async with SharingHome(tmp_path, local=["2026-12-01T12:00:07.000Z"]) as home:
        home.grant(home.add_recipient(proxy.base))
        home.take_in(20)
        report = await home.upload()
        assert (report.sent, report.rejected, report.waiting) == (19, 1, 0)
        assert home.door.blocked >= 1
        assert len(await at_the_server(sandbox, home)) == 19
        assert not any(b"12:00:07.000Z" in seen.raw for seen in proxy.seen)
        (outcome,) = home.db.execute(
            "SELECT outcome FROM delivery WHERE state = 'rejected'"
        ).fetchone()
        assert "stays here" in outcome


async def test_a_leak_outside_the_readings_stops_everything_and_is_shown(
    proxy: LoopbackProxy, tmp_path: Path
) -> None:
    async with SharingHome(tmp_path, local=["health-gateway"]) as home:
        clinic = home.add_recipient(proxy.base)
        home.grant(clinic)
        home.take_in(20)
        report = await home.upload()
        assert report.sent == 0
        assert "stays here" in report.held[clinic.key]
    assert proxy.seen == []


async def test_a_crash_before_the_answer_is_made_good_after_a_restart(
    sandbox: Sandbox, proxy: LoopbackProxy, tmp_path: Path
) -> None:
    arrived, never = asyncio.Event(), asyncio.Event()

    async def hold(seen: Seen) -> bytes | str:
        if seen in proxy.bundles and not arrived.is_set():
            await proxy._forward(seen)
            arrived.set()
            await never.wait()
        return "pass"

    proxy.fault = hold
    async with SharingHome(tmp_path) as home:
        home.grant(home.add_recipient(proxy.base))
        home.take_in(70)
        running = asyncio.ensure_future(home.upload())
        await arrived.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert counts(home.db) == {"sending": 50}
    async with SharingHome(tmp_path) as home:
        home.origins.add(proxy.base.removesuffix("/fhir"))
        report = await home.upload()
        assert (report.sent, report.already, report.unknown) == (70, 0, 0)
        assert len(proxy.bundles) == 2
        assert len(await at_the_server(sandbox, home)) == 70
        assert sorted(len(one["target"]) for one in await provenances(sandbox, home)) == [20, 50]


async def test_a_provenance_that_was_lost_is_made_once(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    lost: list[Seen] = []

    async def lose(seen: Seen) -> bytes | str:
        if seen.path.endswith("/Provenance") and not lost:
            lost.append(seen)
            return "commit and cut"
        return "pass"

    proxy.fault = lose
    home.grant(home.add_recipient(proxy.base))
    home.take_in(10)
    await home.upload()
    assert await provenances(sandbox, home) == []
    home.now += 3_600_000
    await home.upload()
    (provenance,) = await provenances(sandbox, home)
    first = provenance["target"][0]["reference"]
    assert (await fetch(sandbox.base, f"Provenance?target={first}"))["total"] == 1


async def test_a_server_that_lets_nobody_ask_is_simply_sent_to_again(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    async def no_questions(seen: Seen) -> bytes | str:
        return answer(403) if seen.method == "GET" and "/Observation?" in seen.path else "pass"

    proxy.fault = no_questions
    proxy.once.append("commit and cut")
    home.grant(home.add_recipient(proxy.base))
    home.take_in(10)
    await home.upload_until_done()
    assert counts(home.db) == {"already": 10}
    assert len(await at_the_server(sandbox, home)) == 10


async def test_two_parts_of_the_program_never_send_at_once(
    proxy: LoopbackProxy, home: SharingHome
) -> None:
    home.grant(home.add_recipient(proxy.base))
    home.take_in(5)
    home.release()
    async with turn(home.path / "upload.lock"):
        with pytest.raises(NotOurTurn):
            await home.uploader.send_due(patience=0.1)
    assert proxy.seen == []
    assert (await home.uploader.send_due()).sent == 5


async def test_one_recipient_that_is_down_never_stops_another(
    proxy: LoopbackProxy, home: SharingHome
) -> None:
    async with LoopbackProxy() as gone:
        down = home.add_recipient(gone.base)
    up = home.add_recipient(proxy.base)
    home.grant(down)
    home.grant(up)
    home.take_in(5)
    report = await home.upload()
    assert report.sent == 5
    assert list(report.held) == [down.key]
    assert report.waiting == 5


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_the_network_does_every_reading_is_there_once(
    sandbox: Sandbox, proxy: LoopbackProxy, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)

    async def weather(seen: Seen) -> bytes | str:
        if chance.random() < 0.3:
            faults: list[bytes | str] = [
                "cut", "commit and cut", answer(503, Retry_After="3"), answer(429), answer(500),
                answer(502), answer(504), answer(200, b"not what was asked for"),
                answer(307, Location="http://127.0.0.1:9/"),
            ]  # fmt: skip
            return chance.choice(faults)
        return "pass"

    proxy.fault = weather
    wanted = 0
    for _ in range(4):  # with a restart between
        async with SharingHome(tmp_path, at_once=17) as home:
            if not wanted:
                home.grant(home.add_recipient(proxy.base))
            home.origins.add(proxy.base.removesuffix("/fhir"))
            home.now = NOON + 86_400_000 * (wanted // 60)
            home.take_in(60, start=NOON + wanted * 1000)
            wanted += 60
            for _ in range(6):
                report = await home.upload()
                home.now = max(home.now + 1000, report.next_at or 0)
    async with SharingHome(tmp_path) as home:
        home.origins.add(proxy.base.removesuffix("/fhir"))
        home.now = NOON + 86_400_000 * 25
        home.take_in(0)
        await home.upload_until_done(100)
        times = await at_the_server(sandbox, home)
        assert len(times) == len(set(times)) == wanted
        done = counts(home.db)
        assert done.get("sent", 0) + done.get("already", 0) == wanted
    assert proxy.most_in_flight == 1
