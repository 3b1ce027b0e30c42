"""A device that somebody of this house has paired, and how long things may take with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.ble.profile import DeviceProfile
from adapters.reading import DeviceKey, PersonKey, SourceKey

RADIO = SourceKey("radio")
"""What passes the readings on: our own radio."""


@dataclass(frozen=True, slots=True)
class Paired:
    """One device, whose it is, and what is read from it.

    Attributes:
        slots: whose each user number of the device is; a number that is not here is nobody's yet.
            The number of anybody whom it does not know is here only where one person uses it.
        codes: the consent code of each slot that the person told us (User Data Service).
        several: whether several people use it: what it measures of a user that it does not name
            is nobody's until somebody says whose it is; ``person`` is who looks after it.
    """

    device: DeviceKey
    person: PersonKey
    profile: DeviceProfile
    slots: Mapping[int, PersonKey] = field(default_factory=dict)
    codes: Mapping[int, int] = field(default_factory=dict)
    several: bool = False


@dataclass(frozen=True, slots=True)
class RadioSettings:
    """Every wait has an end; all in seconds.

    Attributes:
        connect_timeout: one attempt to connect, finding out the services included.
        operation_timeout: one read, one subscription, starting to scan.
        close_timeout: letting go of a link, stopping to scan.
        finish_timeout: how long an attempt to connect may go on when all is to end: BlueZ that is
            interrupted while it finds out the services cannot be subscribed to before the next
            link has been up for a while (BlueZ 5.82, src/device.c, browse_request_cancel).
        stop_within: letting go of everything, at the end.
        fresh_for: how long after an advertisement a device may be asked to connect; many listen
            only for a moment.
        first_pause: the pause after a first failure; it doubles with each further one.
        longest_pause: where that ends.
        permission_every: how often it is asked whether reading is still allowed.
        silence: after so long without any advertisement at all the scan is started anew.
        quiet: after so long without a word a device is waited for.
        links_every: how often it is looked for links that are up and not used.
        battery_every: how often a battery is read that does not tell by itself.
        record_timeout: what a device may take to answer at a control point, and from one stored
            record to the next (Glucose Profile 1.0.1, 4.4: the time-out of ATT, 30 s).
        clock_every: how often the clock of a device that stays connected is looked at.
        records_every: how often a device that stays connected is asked for new stored records.
        all_records_every: how often all stored records of a device are asked for, not only those
            that are new: a device that began anew may not be noticed otherwise.
        set_clocks: whether a device's clock that is wrong is set, where the device lets us.
        power_cycle: whether an adapter that hears nothing any more is switched off and on.
        gather: how long live values may wait to be decoded and stored together; records that a
            device believes delivered never wait.
    """

    connect_timeout: float = 20.0
    operation_timeout: float = 10.0
    close_timeout: float = 4.0
    finish_timeout: float = 3.0
    stop_within: float = 10.0
    fresh_for: float = 5.0
    first_pause: float = 1.0
    longest_pause: float = 60.0
    permission_every: float = 1.0
    silence: float = 90.0
    quiet: float = 60.0
    links_every: float = 15.0
    battery_every: float = 3600.0
    record_timeout: float = 30.0
    clock_every: float = 3600.0
    records_every: float = 900.0
    all_records_every: float = 30 * 86400.0
    set_clocks: bool = True
    power_cycle: bool = False
    gather: float = 0.0
