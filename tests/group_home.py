"""A home in which a watch recorded a run, and measured meanwhile."""

from __future__ import annotations

import json
from typing import Any

from adapters.reading import DeviceKey, Value
from gateway.sharing.recipients import Recipient
from scripts.sandbox_server import Sandbox
from tests.amending_home import there_of
from tests.fakes_consent import MINUTE, NOON
from tests.loopback_proxy import LoopbackProxy, Seen, answer
from tests.sharing_home import SharingHome

WATCH, OTHER = DeviceKey("watch2345"), DeviceKey("other2345")
RATE = b"8867-4"
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


def refuses(
    proxy: LoopbackProxy, holding: bytes, status: str = "500", *, times: int = 1000
) -> None:
    """Let the recipient answer so, so often, of each entry of Bundles that hold some bytes."""
    left = [times]

    async def fault(seen: Seen) -> bytes | str:
        if seen.method != "POST" or holding not in seen.body or not left[0]:
            return "pass"
        left[0] -= 1
        entries = [{"response": {"status": status}} for _ in json.loads(seen.body)["entry"]]
        bundle = {"resourceType": "Bundle", "type": "batch-response", "entry": entries}
        return answer(200, json.dumps(bundle).encode())

    proxy.fault = fault


def series_of(home: SharingHome, device: DeviceKey, kind: str) -> int:
    (row,) = home.db.execute("SELECT id FROM series WHERE (device, kind) = (?, ?)", (device, kind))
    return int(row[0])


def correct_of(
    home: SharingHome, device: DeviceKey, kind: str, start: int, value: tuple[Value, int] | None
) -> None:
    (row,) = home.readings.window(series_of(home, device, kind), start, start, 1)
    home.readings.correct(row.id, value, at=home.now, actor="ada")
