"""A device that several people use, and what changes when somebody says that it is one.

A device may send a record again that was somebody's before, or was answered: it is not asked about
twice, nor taken in for another one.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.errors import ReadingRefused
from adapters.local_events import Unclaimed
from adapters.reading import DeviceKey, ReadingBatch, canonical, picked
from gateway.errors import WrongUse
from gateway.rights.whose import UNKNOWN_USER
from gateway.sharing.recipients import Act
from gateway.store.audit import Audit
from gateway.store.devices import Device, Devices
from gateway.store.driver import Database, transaction
from gateway.store.readings import Readings
from gateway.store.slots import Slots
from gateway.store.unclaimed import is_asked, waiting_by_user


def new_questions(events: Iterable[Unclaimed], readings: Readings) -> list[Unclaimed]:
    """Those that are not somebody's already, from before several people used the device."""
    return [one for one in events if one.user != UNKNOWN_USER or not _is_here(one, readings)]


def waiting_numbers(slots: Slots, local: Database) -> dict[DeviceKey, list[int]]:
    """Of devices that one person alone uses: numbers of which readings wait from before."""
    alone = slots.all_others()
    numbers: dict[DeviceKey, list[int]] = {key: [] for key in alone}
    for device, user in waiting_by_user(local) if alone else ():
        if device in alone:
            numbers[device].append(user)
    return numbers


def not_asked_about(
    batch: ReadingBatch, local: Database, numbers: Iterable[int] = ()
) -> ReadingBatch:
    """A batch without what waits, or was answered, from when several people used the device.

    Args:
        batch: what a device sent of somebody.
        local: the database of ``local.db``.
        numbers: by which numbers of users it may wait as well.
    """
    users = {UNKNOWN_USER, *numbers}
    rows = [
        row
        for row in range(len(batch))
        if not any(is_asked(local, user, batch, row) for user in users)
    ]
    return batch if len(rows) == len(batch) else picked(batch, rows)


def say_who_uses(
    device: Device, act: Act, *, several: bool, devices: Devices, readings: Readings, audit: Audit,
    slots: Slots, gateway: Database,
) -> bool:  # fmt: skip
    """From now on several people use a device, or one; says whether that is new.

    Of one that one person uses all user numbers are that person's, but those of which something
    else was said.

    A silence of it that is open ends: of what several people use nobody knows whose silence it is.
    """
    if device.adapter != "ble":
        raise WrongUse("What was imported belongs to whom it was imported for.")
    if device.several == several and (several or device.key in slots.all_others()):
        return False
    with transaction(gateway):
        devices.set_several(device.key, several)
        slots.set_all_others(device.key, None if several else device.facts.person, act.at)
        if several:
            readings.close_gap(device.key, act.at)
        detail: dict[str, str | int] = {"device": device.key}
        audit.note(act.at, act.actor, "device.several" if several else "device.one", detail)
    return True


def _is_here(one: Unclaimed, readings: Readings) -> bool:
    reading = one.reading
    try:
        value, _ = canonical(reading)
    except ReadingRefused:  # it waits for nobody either
        return False
    row = reading.start, reading.duration, value, reading.nth
    return readings.is_here(one.device, reading.kind, one.record, row)
