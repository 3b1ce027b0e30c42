"""A home that shares: real store, real ledger, real door; only time is told to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self, TypeVar

from adapters.kinds import Kind
from adapters.reading import (
    ClockLook,
    DeviceFacts,
    DeviceKey,
    Instant,
    PersonKey,
    Quality,
    ReadingBatch,
    SourceKey,
    Value,
)
from gateway.sharing.agreement import text_hash
from gateway.sharing.auth import SignIns
from gateway.sharing.consent import ClockState
from gateway.sharing.door import Door
from gateway.sharing.gate import Gate
from gateway.sharing.ledger import Ledger
from gateway.sharing.making import Limits
from gateway.sharing.offer import give, make_offer, withdraw
from gateway.sharing.origin import is_loopback
from gateway.sharing.post import Parts
from gateway.sharing.practice import sandbox_invitation
from gateway.sharing.recipients import Recipient, Recipients
from gateway.sharing.release import release
from gateway.sharing.scan import Scanner
from gateway.sharing.uploader import Report, Uploader
from gateway.sharing.withdrawal import cancelling
from gateway.store.devices import Devices
from gateway.store.driver import open_database
from gateway.store.readings import Readings
from gateway.store.thread import StoreThread
from tests.fakes_consent import ADA, DAY, NOON, act, make_store

T = TypeVar("T")
STRAP = DeviceKey("strap2345")
RADIO = SourceKey("radio")
HEART = Kind("heart_rate")
KEY = b"k" * 32


class SharingHome:
    """One home; make it with ``async with``."""

    def __init__(
        self,
        path: Path,
        *,
        local: Iterable[str] = (),
        at_once: int = 50,
        timeout: float = 5.0,
    ) -> None:
        self.path = path
        self.now: Instant = NOON
        self.clock = ClockState.TRUSTED
        fresh = not (path / "gateway.db").exists()
        self.db = make_store(path) if fresh else open_database(path / "gateway.db", KEY)
        self.store = StoreThread()
        self.ledger = Ledger(self.db, b"s" * 32, simulation=True)
        self.ledger.on_append.append(cancelling(self.db))
        self.recipients = Recipients(self.db, self.ledger, simulation=True)
        self.readings = Readings(self.db, b"i" * 32)
        self._gate_db = open_database(path / "gateway.db", KEY)
        self.origins: set[str] = set()
        self.door = Door(lambda: self.origins, Scanner(local), timeout=timeout, loopback_only=True)
        self.parts = Parts(
            store=self.store,
            db=self.db,
            ledger=self.ledger,
            recipients=self.recipients,
            gate=Gate(self._gate_db),
            door=self.door,
            sign_ins=SignIns(path),
            now=lambda: self.now,
            clock=lambda: self.clock,
            limits=Limits(at_once),
            uniform=lambda _, most: most,
        )
        self.uploader = Uploader(self.parts, path / "upload.lock")
        if fresh:
            self.add_device(STRAP)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *why: object) -> None:
        await self.door.close()
        self.store.close()
        self._gate_db.close()
        self.db.close()

    def add_device(self, key: DeviceKey, person: PersonKey = ADA) -> None:
        facts = DeviceFacts(person, key, "My strap", manufacturer="Acme", model="Strap 1")
        Devices(self.db).add(facts, adapter="ble", profile="generic", simulated=True, now=NOON)

    def add_recipient(self, base: str, **changes: Any) -> Recipient:
        assert is_loopback(base)
        invitation = sandbox_invitation(base).model_copy(update=changes)
        self.origins.add("/".join(base.split("/")[:3]))
        return self.recipients.add(invitation, ADA, act(self.now))

    def grant(
        self,
        recipient: Recipient,
        *kinds: str,
        history_from: Instant | None = None,
        history_to: Instant | None = None,
        end: Instant | None = None,
        grain: str = "raw",
        zone: str = "",
        purpose: str = "TREAT",
    ) -> str:
        """Agree; from now on, or also to the past."""
        offer = make_offer(
            recipient,
            kinds or ("heart_rate",),
            purpose=purpose,
            start=self.now,
            end=end or self.now + 30 * DAY,
            history_from=history_from,
            history_to=history_to,
            grain=grain,
            zone=zone,
        )
        give(
            self.ledger,
            offer,
            act(self.now),
            born="1980-01",
            text_shown=text_hash(offer.text),
            acknowledged=True,
        )
        return list(self.ledger.state().grants)[-1]

    def withdraw(self, grant: str) -> None:
        withdraw(self.ledger, grant, act(self.now))

    def take_in(
        self,
        n: int,
        *,
        start: Instant = NOON,
        step: int = 1000,
        kind: str = "heart_rate",
        value: Callable[[int], Value] = lambda i: 60 + i % 40,
        duration: int = 0,
        device: DeviceKey = STRAP,
        decimals: int = 0,
        flags: Quality = Quality.NONE,
        look: ClockLook | None = None,
    ) -> None:
        batch = ReadingBatch(
            person=ADA,
            kind=Kind(kind),
            device=device,
            source=RADIO,
            starts=[start + i * step for i in range(n)],
            durations=[duration] * n,
            values=[value(i) for i in range(n)],
            decimals=[decimals] * n,
            nths=[0] * n,
            flags=[int(flags)] * n,
            looks=[look] * n if look else (),
        )
        self.readings.take_in([batch], at=self.now, source="ble", simulated=True)

    def release(self) -> int:
        return release(self.db, self.ledger, self.now, self.clock)

    async def upload(self) -> Report:
        """Release and send."""
        await self.store.do(self.release)
        return await self.uploader.send_due()

    async def do(self, call: Callable[..., T], *args: object) -> T:
        return await self.store.do(call, *args)

    async def upload_until_done(self, tries: int = 20) -> Report:
        """Send again and again, letting time pass as far as each pause asks."""
        for _ in range(tries):
            report = await self.upload()
            left = report.waiting + report.deferred + report.unknown
            if not left:
                return report
            self.now = max(self.now + 1000, report.next_at or 0, self._due())
        raise AssertionError(f"still not done: {report}")

    def _due(self) -> Instant:
        row = self.db.conn.execute(
            "SELECT MAX(not_before) FROM batch WHERE state IN ('deferred', 'unknown')"
        ).fetchone()
        return int(row[0] or 0)


async def fetch(base: str, path: str) -> Any:
    """What a server says, by a client that is not the gateway's."""
    from urllib.request import urlopen  # noqa: TID251  # a judge of its own

    def read() -> Any:
        import json

        with urlopen(f"{base}/{path}", timeout=20) as answer:  # noqa: S310
            return json.load(answer)

    return await asyncio.to_thread(read)
