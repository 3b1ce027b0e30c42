"""Is the device's clock right? How far each was off, and what a person says of its times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from adapters.local_events import ClockSeen
from adapters.reading import DeviceKey, PersonKey
from gateway.sharing.recipients import Act
from gateway.store.audit import Audit
from gateway.store.clock_answers import Unsure, answer, any_came, came, unsure
from gateway.store.clocks import clocks_seen, far_off, far_off_between, set_after
from gateway.store.device_names import Called, DeviceNames
from gateway.store.devices import Device, Devices
from gateway.store.driver import Database, transaction

_ALIKE: Final = 60_000
"""Clocks that are off by no more than this from one another, ms, are off alike."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the times of readings are doubtful.

    Attributes:
        seen: the look at the clock for which they are.
        set: the look with which it was set right after that; None where it never was.
    """

    seen: ClockSeen
    set: ClockSeen | None


@dataclass(frozen=True, slots=True)
class DeviceTime:
    """One device's clock.

    Attributes:
        called: what the device is called.
        seen: the newest look at it; None where it has none that can be read.
        waiting: readings of one person whose times wait for an answer; None where there are none.
        doubts: why they wait, the oldest first; none where the clock was never seen to be off: the
            times themselves do not fit, as an hour that was there twice.
    """

    device: Device
    called: Called
    seen: ClockSeen | None
    waiting: Unsure | None
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class DeviceTimes:
    """What is known of clocks, and the answers. One thread at a time uses it.

    Attributes:
        local: the database of ``local.db``, where looks at clocks are kept; None where it is
            not open.
    """

    gateway: Database
    local: Database | None
    devices: Devices
    audit: Audit

    def list(self, person: PersonKey) -> list[DeviceTime]:
        """Devices whose clock was read, or whose times wait for an answer of this person."""
        waiting = {one.device: one for one in unsure(self.gateway, person)}
        names = DeviceNames(self.devices, self.local).all()
        found = []
        for device in self.devices.list(forgotten=True):
            seen = clocks_seen(self.local, device.key, 1) if self.local is not None else []
            waits = waiting.get(device.key)
            if waits or (seen and device.forgotten_at is None):
                doubts = tuple(self._doubts(device.key, person)) if waits else ()
                newest = seen[0] if seen else None
                found.append(DeviceTime(device, names[device.key], newest, waits, doubts))
        return found

    def needed(self) -> Iterator[ClockSeen]:
        """The looks at clocks for which somebody has to answer."""
        for one in unsure(self.gateway):
            for doubt in self._doubts(one.device, one.person):
                yield doubt.seen
                if doubt.set is not None:
                    yield doubt.set

    def _doubts(self, device: DeviceKey, person: PersonKey) -> Iterator[Doubt]:
        """The looks behind which something came that waits, until the next that was far off.

        Of looks that found the clock off alike, one behind the other, the first.
        """
        when = came(self.gateway, device, person)
        if self.local is None or when is None:
            return
        first, last = when
        before = far_off(self.local, device, first)
        after = before.at if before is not None else first
        behind = far_off_between(self.local, device, after, last)
        looks = _unlike(behind if before is None else [before, *behind])
        for look, following in zip_longest(looks, looks[1:]):
            until = last + 1 if following is None else following.at
            if any_came(self.gateway, device, person, look.at, until):
                yield Doubt(look, set_after(self.local, look))

    def waiting(self, person: PersonKey) -> int:
        """How many readings of this person wait for an answer."""
        return sum(one.n for one in unsure(self.gateway, person))

    def say(self, device: DeviceKey, person: PersonKey, act: Act, *, right: bool) -> int:
        """Say that the times that wait are right, or wrong for good; says of how many readings.

        The readings themselves stay as they are. What is right may be shared where that was agreed
        to; what is wrong stays here.
        """
        with transaction(self.gateway):
            n = answer(self.gateway, device, person, right=right, at=act.at, actor=act.actor)
            if n:
                what = "clock.confirmed" if right else "clock.wrong"
                self.audit.note(act.at, act.actor, what, {"device": device, "readings": n})
        return n


def _unlike(looks: Sequence[ClockSeen]) -> list[ClockSeen]:
    """Those at which the clock was off otherwise than at the one before, or was set in between."""
    kept: list[ClockSeen] = []
    was_set = True
    for look in looks:
        if was_set or abs(look.ahead_ms - kept[-1].ahead_ms) > _ALIKE:
            kept.append(look)
        was_set = look.was_set
    return kept
