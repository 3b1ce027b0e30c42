"""The devices of this house, as far as they may be spoken of: make and model, never an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from adapters.reading import DeviceFacts, DeviceKey, Instant, PersonKey
from gateway.store.driver import Database, transaction

Adapter = Literal["ble", "healthkit"]

_FACTS = ("title", "manufacturer", "model", "hardware", "firmware", "software", "body_site")
_COLUMNS = (
    "key", "person", *_FACTS, "adapter", "profile", "simulated", "added_at", "forgotten_at",
    "several",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Device:
    """A device that somebody added, or that came with an import.

    Attributes:
        several: whether several people use it: what it measures of a user that it does not name
            waits until somebody says whose it is.
    """

    facts: DeviceFacts
    adapter: Adapter
    profile: str
    simulated: bool
    added_at: Instant
    forgotten_at: Instant | None
    several: bool = False

    @property
    def key(self) -> DeviceKey:
        """Its keyed name."""
        return self.facts.device

    @property
    def called(self) -> str:
        """What a person reads: its title, and its make where the title does not tell it."""
        facts = self.facts
        if not facts.model or facts.model.lower() in facts.title.lower():
            return facts.title
        return f"{facts.title}, {facts.manufacturer} {facts.model}".replace("  ", " ")


class Devices:
    """The devices of this home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(
        self,
        facts: DeviceFacts,
        *,
        adapter: Adapter,
        profile: str,
        simulated: bool,
        now: Instant,
        several: bool | None = None,
    ) -> None:
        """Add a device, or take it back after it was forgotten.

        Where it is not said whether several people use it, that stays as it was; one, at first.
        """
        with transaction(self._db):
            self._db.conn.execute(
                "INSERT INTO device (key, person, adapter, profile, title, simulated, added_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
                " person = excluded.person, profile = excluded.profile, forgotten_at = NULL",
                (facts.device, facts.person, adapter, profile, facts.title, simulated, now),
            )
            if several is not None:
                self.set_several(facts.device, several)
            self.facts(facts)

    def facts(self, facts: DeviceFacts) -> None:
        """Write down what a known device says of its make; what it does not say stays."""
        said = [(name, getattr(facts, name)) for name in _FACTS if getattr(facts, name)]
        if said:
            columns = ", ".join(f"{name} = ?" for name, _ in said)
            self._db.conn.execute(
                f"UPDATE device SET {columns} WHERE key = ?",  # noqa: S608  # our own column names
                [*(value for _, value in said), facts.device],
            )

    def set_several(self, key: DeviceKey, several: bool) -> None:
        """Say from now on whether several people use a device."""
        self._db.conn.execute("UPDATE device SET several = ? WHERE key = ?", (several, key))

    def list(self, person: PersonKey | None = None, *, forgotten: bool = False) -> list[Device]:
        """The devices in the order in which they were added; of one person, or of all."""
        rows = self._db.conn.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM device"  # noqa: S608  # our own column names
            " WHERE (? IS NULL OR person = ?) AND (? OR forgotten_at IS NULL)"
            " ORDER BY added_at, key",
            (person, person, forgotten),
        )
        return [_device(dict(zip(_COLUMNS, row, strict=True))) for row in rows]

    def get(self, key: DeviceKey) -> Device | None:
        """One device, forgotten or not, or None."""
        return next((one for one in self.list(forgotten=True) if one.key == key), None)

    def forget(self, key: DeviceKey, now: Instant) -> None:
        """Stop using a device; its readings stay."""
        self._db.conn.execute("UPDATE device SET forgotten_at = ? WHERE key = ?", (now, key))


def _device(row: dict[str, object]) -> Device:
    facts = {name: row.pop(name) for name in _FACTS}
    person, key = row.pop("person"), row.pop("key")
    row |= {"simulated": bool(row["simulated"]), "several": bool(row["several"])}
    return Device(facts=DeviceFacts(person=person, device=key, **facts), **row)  # type: ignore[arg-type]  # columns of a STRICT table
