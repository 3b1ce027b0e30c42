"""Is the device's clock right? How far each was off, and what a person says of its times."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.local_events import ClockSeen
from adapters.reading import DeviceKey, PersonKey
from gateway.sharing.recipients import Act
from gateway.store.audit import Audit
from gateway.store.clock_answers import Unsure, answer, unsure
from gateway.store.clocks import clocks_seen
from gateway.store.devices import Device, Devices
from gateway.store.driver import Database, transaction


@dataclass(frozen=True, slots=True)
class DeviceTime:
    """One device's clock.

    Attributes:
        seen: the newest look at it; None where it has none that can be read.
        waiting: readings of one person whose times wait for an answer; None where there are none.
    """

    device: Device
    seen: ClockSeen | None
    waiting: Unsure | None


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
        found = []
        for device in self.devices.list(forgotten=True):
            seen = clocks_seen(self.local, device.key, 1) if self.local is not None else []
            if device.key in waiting or (seen and device.forgotten_at is None):
                found.append(DeviceTime(device, seen[0] if seen else None, waiting.get(device.key)))
        return found

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
