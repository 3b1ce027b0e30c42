"""A home that shares with a recipient, and corrects what it sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.sharing.recipients import Recipient
from scripts.sandbox_server import Sandbox
from tests.fakes_consent import HOUR, NOON, act
from tests.loopback_proxy import LoopbackProxy
from tests.sandbox import sandbox
from tests.sharing_home import SharingHome, fetch

__all__ = ["home", "proxy", "sandbox"]


@pytest.fixture
async def proxy(sandbox: Sandbox) -> AsyncIterator[LoopbackProxy]:
    async with LoopbackProxy(sandbox.base) as made:
        yield made


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SharingHome]:
    async with SharingHome(tmp_path) as made:
        yield made


async def sent_to(home: SharingHome, proxy: LoopbackProxy, grain: str = "raw") -> Recipient:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, grain=grain)
    home.take_in(3)
    home.now += 2 * HOUR
    assert (await home.upload()).sent > 0
    return clinic


async def there_of(sandbox: Sandbox, home: SharingHome, clinic: Recipient) -> list[Any]:
    patient = home.recipients.get(clinic.key).patient
    found = await fetch(sandbox.base, f"Observation?patient={patient}&_count=100&_sort=date")
    return [entry["resource"] for entry in found.get("entry", [])]


async def provenances_of(sandbox: Sandbox, home: SharingHome) -> list[Any]:
    rows = home.db.execute("SELECT provenance FROM batch WHERE provenance LIKE 'P%' ORDER BY id")
    return [await fetch(sandbox.base, reference) for (reference,) in rows.fetchall()]


async def move(home: SharingHome, clinic: Recipient, base: str, grain: str) -> None:
    """Let a recipient go to another address, and agree to it there, to the past too."""
    home.origins.add(base.removesuffix("/fhir"))
    invitation = clinic.invitation.model_copy(update={"fhir_base": base})
    home.recipients.change(clinic.key, invitation, act(home.now))
    home.recipients.confirm(clinic.key, act(home.now))
    home.grant(home.recipients.get(clinic.key), grain=grain, history_from=NOON)
    await home.upload()


def correct(home: SharingHome, start: int, value: tuple[float, int] | None) -> None:
    (row,) = home.readings.window(1, start, start, 1)
    home.readings.correct(row.id, value, at=home.now, actor="ada")
