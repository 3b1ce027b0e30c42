"""A cuff that a test holds in its hand, with a clock and users of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import (
    blood_pressure,
    blood_pressure_feature,
    current_time,
    date_time,
)
from adapters.ble.characteristics.blood_pressure import BloodPressureMeasurement
from adapters.ble.characteristics.current_time import CurrentTime
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.paired import Paired
from adapters.local_events import ClockSeen
from adapters.reading import DeviceKey, ReadingBatch
from tests.ble_house import ANNA, House
from tests.fakes_ble import Held, HeldSensor, Offer, refuse

CUFF, CUFF_ADDRESS = DeviceKey("cuff"), "F0:00:00:00:00:09"
CUFF_PROFILE = built_in()["blood-pressure-cuff"]
OSLO = ZoneInfo("Europe/Oslo")
FEATURE = blood_pressure_feature.UUID
PRESSURE = blood_pressure.UUID


class Cuff:
    """A cuff with a clock of its own, which sends what it measured when it is listened to."""

    def __init__(
        self,
        house: House,
        *,
        ahead: timedelta = timedelta(0),
        face: str = current_time.UUID,
        refuses: int | None = None,
        more: Mapping[str, Mapping[str, Offer]] | None = None,
        paired: Paired | None = None,
    ) -> None:
        self.house = house
        self.ahead = ahead
        self.refuses = refuses
        self.told: list[bytes] = []
        self.features = asyncio.Event()
        self.features.set()
        self.face = face
        house.known[CUFF_ADDRESS] = paired or Paired(CUFF, ANNA, CUFF_PROFILE)
        services: dict[str, Mapping[str, Offer]] = {
            blood_pressure.SERVICE: {
                PRESSURE: "indicate",
                FEATURE: Held(self._feature),
            },
            current_time.SERVICE: {face: Held(self._show, self._take)},
            **(more or {}),
        }
        self.sensor = HeldSensor(house.link, CUFF_ADDRESS, "Cuff", blood_pressure.SERVICE, services)

    def home(self, zone: tzinfo | None = None) -> datetime:
        at = datetime.fromtimestamp(self.house.clock.at / 1000, UTC)
        return at.astimezone(zone or self.house.zone).replace(tzinfo=None, microsecond=0)

    def measured(self, systolic: int, told: datetime, user: int | None = None) -> bytes:
        measured = BloodPressureMeasurement(
            Decimal(systolic), Decimal(80), Decimal(93), at=DateTime.of(told), user=user
        )
        return bytes(measured)

    async def _feature(self) -> bytes:
        await self.features.wait()
        return b"\x00\x00"

    def _show(self) -> bytes:
        shown = self.home() + self.ahead
        if self.face == date_time.UUID:
            return bytes(DateTime.of(shown))
        return bytes(CurrentTime.of(shown))

    def _take(self, data: bytes) -> None:
        self.told.append(data)
        if self.refuses is not None and self.refuses != 0x80:
            raise refuse(self.refuses)
        if self.face == date_time.UUID:
            told = DateTime.from_bytes(data).told
        else:
            told = CurrentTime.from_bytes(data).told
        assert told is not None
        self.ahead = told - self.home()
        if self.refuses is not None:
            raise refuse(self.refuses)


def looks(house: House) -> list[tuple[int, bool]]:
    """In whole tens of seconds, and whether the clock was set."""
    seen = [one for one in house.events(ClockSeen) if isinstance(one, ClockSeen)]
    return [(round(one.ahead_ms / 10_000) * 10, one.was_set) for one in seen]


def pressures(house: House) -> list[ReadingBatch]:
    return house.batches("blood_pressure", CUFF)
