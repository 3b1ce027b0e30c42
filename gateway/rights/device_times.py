"""Is the device's clock right? How far each was off, and what a person says of its times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.local_events import ClockSeen
from adapters.reading import DeviceKey, PersonKey
from gateway.sharing.recipients import Act
from gateway.store.audit import Audit
from gateway.store.clock_answers import Unsure, answer, came, unsure
from gateway.store.clocks import clocks_seen, far_off, set_after
from gateway.store.device_names import Called, DeviceNames
from gateway.store.devices import Device, Devices
from gateway.store.driver import Database, transaction


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
        doubt: why they wait; None where the clock was never seen to be off: the times themselves
            do not fit, as an hour that was there twice.
    """

    device: Device
    called: Called
    seen: ClockSeen | None
    waiting: Unsure | None
    doubt: Doubt | None


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
                doubt = self._doubt(device.key, person) if waits else None
                newest = seen[0] if seen else None
                found.append(DeviceTime(device, names[device.key], newest, waits, doubt))
        return found

    def needed(self) -> Iterator[ClockSeen]:
        """The looks at clocks for which somebody has to answer."""
        for one in unsure(self.gateway):
            doubt = self._doubt(one.device, one.person)
            if doubt is not None:
                yield doubt.seen
                if doubt.set is not None:
                    yield doubt.set

    def _doubt(self, device: DeviceKey, person: PersonKey) -> Doubt | None:
        """The look that was furthest off, of those for the first and the last that wait."""
        when = came(self.gateway, device, person)
        if self.local is None or when is None:
            return None
        looks = [look for at in when if (look := far_off(self.local, device, at)) is not None]
        if not looks:
            return None
        worst = max(looks, key=lambda look: abs(look.ahead_ms))
        return Doubt(worst, set_after(self.local, worst))

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
