"""Finding out with its owner how an unknown device speaks, and writing that down.

Packets and shown values stay in `local.db`; the description that comes of them bears neither, nor
the address of the device.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from adapters.ble.describing.description import Description, parse
from adapters.ble.describing.draft_check import Checked, check
from adapters.ble.describing.draft_text import Known, text_of
from adapters.ble.describing.drafting import Findings, findings
from adapters.ble.describing.gathering import Asked, Gathered, gather
from adapters.ble.describing.proposing import Sample, is_settled
from adapters.ble.describing.shown import Shown
from adapters.errors import DescriptionRefused
from adapters.reading import Instant
from gateway import clock
from gateway.app import House
from gateway.errors import GatewayError, Refused, WrongUse
from gateway.pairing import found_device
from gateway.parts.zone import zone_of
from gateway.radio import catalog_of, radio_of, radio_settings
from gateway.store.samples import Samples

FOLDER = "devices"
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def address_of(house: House, which: str) -> str:
    """The address of a device: one that was found in the last hour, or that has samples here.

    Raises:
        WrongUse: it is neither.
    """
    if Samples(house.local.db).heard(which) is not None:
        return which.upper()
    return found_device(house, which).address.upper()


async def listen(house: House, address: str, asked: Asked, ready: Callable[[], None]) -> Gathered:
    """Take one measurement: listen to all that the device sends.

    Raises:
        Refused: nobody here has allowed Bluetooth.
        AdapterError: the device was not heard, cannot be listened to, or sent nothing.
    """
    if not house.anybody_allows("ble", clock.now()):
        raise Refused(
            "Nobody here has allowed the use of Bluetooth.",
            "Allow it first: health-gateway consent grant collect ble",
        )
    async with radio_of(house) as radio:
        return await gather(
            radio,
            address,
            asked,
            ready,
            settings=radio_settings(house.settings.bluetooth),
            now=clock.now,
            allowed=lambda _: house.anybody_allows("ble", clock.now()),
        )


def keep(
    house: House, address: str, gathered: Gathered, shown: Sequence[Shown], at: Instant
) -> None:
    """Keep one measurement with what the device showed."""
    sample = Sample(tuple(gathered.packets), tuple(shown), at)
    Samples(house.local.db).add(address, gathered.heard, sample)


def look_at(house: House, address: str) -> tuple[list[Sample], Findings]:
    """The samples of a device, and what they tell of its packets."""
    samples = Samples(house.local.db).of(address)
    return samples, findings(samples, zone_of(house, clock.now()))


def settled(samples: Sequence[Sample]) -> bool:
    """Whether everything that was shown is found, without any real choice."""
    names = {one.name for sample in samples for one in sample.shown}
    return bool(names) and all(is_settled(samples, name) for name in names)


def free_path(house: House, key: str) -> Path:
    """Where the description of this key is to be written.

    Raises:
        WrongUse: it cannot be a key, or there is such a device already.
    """
    path = house.path / FOLDER / f"{key}.toml"
    if not _KEY.fullmatch(key):
        raise WrongUse(
            f"{key} cannot be a key.", "Write small letters, digits and - as in my-scale"
        )
    if path.exists() or key in catalog_of(house).profiles:
        raise WrongUse(f"There is a device {key} already.", "Choose another key.")
    return path


def write_down(house: House, address: str, key: str, title: str) -> tuple[Path, Checked]:
    """Write the description of a device into the home, once it reads all that was shown.

    Raises:
        WrongUse: the key is taken, or there are no samples.
        GatewayError: what was found does not make a description yet.
    """
    path = free_path(house, key)
    heard = Samples(house.local.db).heard(address)
    if heard is None:
        raise WrongUse("Nothing was measured with this device yet.", "Take a measurement first.")
    samples, found = look_at(house, address)
    if not settled(samples):
        raise GatewayError(
            "It is not clear yet where the values stand.",
            "Take another measurement whose values differ from those before.",
        )
    known = Known(
        key,
        title or key.replace("-", " ").capitalize(),
        heard.services,
        heard.name,
        heard.manufacturer if heard.advertised else None,
        heard.advertised,
        frozenset(heard.confirmed),
        heard.commands,
    )
    text = text_of(known, found)
    description = _parsed(text, path.name)
    checked = check(description, samples)
    if checked.right < checked.samples:
        raise GatewayError(
            "What was found does not read every measurement as it was shown.",
            "Throw them away with --forget, and measure again.",
        )
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, encoding="utf-8")
    house.audit.note(clock.now(), "terminal", "device described", {"profile": key})
    return path, checked


def _parsed(text: str, name: str) -> Description:
    try:
        return parse(text, name)
    except DescriptionRefused as error:
        raise GatewayError(
            f"What was found does not make a description yet: {error}.", error.next_step
        ) from None
