"""Who measured and who passed it on: keys for the gateway, facts to share, names that stay here.

A device is described as ``<<HKDevice: 0x66aaba640>, name:Apple Watch, manufacturer:Apple Inc.,
model:Watch, hardware:Watch6,12, software:26.2, creation date:2026-01-15 22:56:09 +0000>``.
The pointer changes with every export and within one; software and creation date change with
every update; the local identifier changes with the phone. None of them tells devices apart here:
name, maker, model and hardware do. Values hold commas and colons, so fields are found by name.

Source: Apple HealthKit, HKDevice (its properties, in the order of its description).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable

from adapters.errors import ReadingRefused
from adapters.local_events import LocalBatch, LocalName
from adapters.reading import DeviceFacts, DeviceKey, Instant, PersonKey, SourceKey
from adapters.source import Arrival

_FIELD = re.compile(
    r", (name|manufacturer|model|hardware|firmware|software|localIdentifier"
    r"|UDIDeviceIdentifier|udiDeviceIdentifier|udi|creation date):"
)
_LONGEST = 120
_MOST_TEXT = 2_000
_PART = "\x1f"

TOO_MANY = "more devices or apps than one export can have"


class Devices:
    """The devices and apps of one export.

    Args:
        person: whose export it is; two people may own the same model.
        device_key: makes our key of a device's own identity.
        source_key: makes our key of an app's or phone's name.
        most: how many devices, and how many apps, an export may name.
    """

    def __init__(
        self,
        person: PersonKey,
        device_key: Callable[[str], DeviceKey],
        source_key: Callable[[str], SourceKey],
        most: int,
    ) -> None:
        self._person = person
        self._device_key = device_key
        self._source_key = source_key
        self._most = most
        self._sources: dict[str, SourceKey] = {}
        self._written: dict[tuple[str, str], DeviceKey] = {}
        self._known: set[DeviceKey] = set()
        self._named: set[tuple[str, str, str]] = set()
        self._facts: list[DeviceFacts] = []
        self._names: list[LocalName] = []

    def source(self, name: str, at: Instant) -> SourceKey:
        """Our key of what passed a reading on.

        Raises:
            ReadingRefused: there are more names than an export can have.
        """
        name = _bounded(name)
        key = self._sources.get(name)
        if key is None:
            self._bound(len(self._sources))
            key = self._source_key(source_identity(name))
            self._sources[name] = key
            self._name(key, "source_name", name, at)
        return key

    def device(self, description: str, source_name: str, at: Instant) -> DeviceKey:
        """Our key of what measured; without a description, of what passed it on.

        Raises:
            ReadingRefused: there are more devices than an export can have.
        """
        description, source_name = _bounded(description), _bounded(source_name)
        _, end, fields = description.partition(">, ")
        pointless = (fields if end else description, source_name)
        key = self._written.get(pointless)
        if key is None:
            key = self._new(description, source_name, at)
            if len(self._written) >= self._most:
                self._written.clear()
            self._written[pointless] = key
        return key

    def news(self) -> list[Arrival]:
        """Facts and names that were met for the first time since the last call."""
        new: list[Arrival] = [*self._facts]
        if self._names:
            new.append(LocalBatch(tuple(self._names)))
        self._facts, self._names = [], []
        return new

    def _new(self, description: str, source_name: str, at: Instant) -> DeviceKey:
        fields = described(description)
        make = tuple(fields.get(name, "") for name in ("name", "manufacturer", "model", "hardware"))
        if any(make):
            identity = _PART.join(("healthkit", self._person, "device", *make))
        else:
            identity = app_identity(self._person, source_name)
        key = self._device_key(identity)
        if key not in self._known:
            self._bound(len(self._known))
            self._known.add(key)
            _, manufacturer, model, hardware = make
            self._facts.append(
                DeviceFacts(
                    person=self._person,
                    device=key,
                    title=f"{manufacturer} {model}".strip() or "An app in Apple Health",
                    manufacturer=manufacturer,
                    model=model,
                    hardware=hardware,
                )
            )
        self._name(key, "device_name", fields.get("name", ""), at)
        self._name(key, "local_identifier", fields.get("localIdentifier", ""), at)
        return key

    def _name(self, owner: DeviceKey | SourceKey, what: str, name: str, at: Instant) -> None:
        if name and (owner, what, name) not in self._named and len(self._named) < 4 * self._most:
            self._named.add((owner, what, name))
            self._names.append(LocalName(owner, what, name, at))

    def _bound(self, count: int) -> None:
        if count >= self._most:
            raise ReadingRefused(TOO_MANY)


def source_identity(name: str) -> str:
    """What tells an app or phone from all others: what it is called."""
    return _PART.join(("healthkit", _plain(name)))


def app_identity(person: PersonKey, name: str) -> str:
    """What tells the device of a reading that names none: who passed it on."""
    return _PART.join(("healthkit", person, "app", _plain(name)))


def described(description: str) -> dict[str, str]:
    """The fields of a device's description, each once, without the pointer."""
    parts = _FIELD.split(description.removesuffix(">"))
    fields: dict[str, str] = {}
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        fields.setdefault(name, _plain(text)[:_LONGEST])
    return fields


def _bounded(text: str) -> str:
    """A text as long as a name can be; of a longer one the beginning, and what tells it apart."""
    if len(text) <= _MOST_TEXT:
        return text
    return f"{text[:_LONGEST]}… {hashlib.sha256(text.encode()).hexdigest()}"


def _plain(text: str) -> str:
    """One spelling of a name: no-break spaces and curly apostrophes differ between phones."""
    return unicodedata.normalize("NFKC", text).replace("\u2019", "'").strip()
