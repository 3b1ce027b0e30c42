"""A simulated device held in the hand, with a peer that understands what it says."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import user_control_point
from adapters.ble.characteristics.user_control_point import UserControlPoint
from adapters.ble.hearing import Hearing
from adapters.ble.profile import Told, told_by
from adapters.simulator.instrument import Instrument, Sent, Setup
from adapters.simulator.registry import sensors
from adapters.simulator.sensor import Identity, Moment
from tests.ble_packets import packet

NOON = datetime(2026, 6, 1, 12, 0, 0)  # noqa: DTZ001  # a device's own clock has no zone
WRONG = timedelta(days=-3)

PROFILES = {
    "thermometer": "thermometer",
    "blood-pressure-cuff": "blood-pressure-cuff",
    "enhanced-cuff": "blood-pressure-cuff",
    "weight-scale": "weight-scale",
    "body-composition-scale": "body-composition-scale",
}


class Held:
    """One simulated device, and a peer that understands it."""

    def __init__(self, model: str, *, deaf: Iterable[str] = (), **options: object) -> None:
        self.sensor = sensors()[model]
        self.now = NOON
        assert self.sensor.instrument is not None
        said = {**self.sensor.options, **options}
        unheard = set(deaf)
        self.instrument: Instrument = self.sensor.instrument(
            Setup(
                Identity("C0:00:00:00:00:01", "held", "1"),
                self.sensor.values,
                lambda: self.now + WRONG,
                random.Random(1),
                said,
                lambda uuid: uuid not in unheard,
            )
        )
        self.hearing = Hearing()
        for offered in self.sensor.offers[self.sensor.service]:
            if offered.value is not None:
                self.hearing.said[offered.uuid] = offered.value

    def measure(self, number: int = 0, *, failed: bool = False) -> list[Sent]:
        dice = random.Random(number)
        self.now = NOON + timedelta(seconds=number * 60)
        moment = Moment(number * 60, number, False, dice, self.sensor.values, failed)
        return list(self.instrument.measure(moment))

    def take(self, said: Iterable[Sent]) -> Iterator[Sent]:
        """Everything that goes out for it, each delivered before the next."""
        waiting = list(said)
        while waiting:
            sent = waiting.pop(0)
            yield sent
            waiting[:0] = self.instrument.delivered(sent)

    def tells(self, said: Iterable[Sent]) -> list[Told]:
        profile = built_in()[PROFILES[self.sensor.key]]
        return [
            told
            for sent in said
            if sent.uuid in profile.subscribes
            for told in told_by(profile, packet(sent.data, sent.uuid), self.hearing)
        ]

    def ask(self, uuid: str, value: object) -> list[Sent]:
        return list(self.take(self.instrument.write(uuid, bytes(value))))  # type: ignore[call-overload]  # a two-way value

    def consent(self, user: int, code: int) -> list[Sent]:
        return self.ask(user_control_point.UUID, UserControlPoint.consent(user, code))
