"""What waits for somebody to say whose it is, as one person sees it. Runs in the store's thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adapters.kinds import KindRow, row_of
from adapters.reading import DeviceKey, Instant, PersonKey
from gateway.rights.occasions import Occasion, occasions
from gateway.rights.whose import UNKNOWN_USER, Whose
from gateway.sharing.decision import may_collect
from gateway.sharing.errors import NotAllowed
from gateway.sharing.recipients import Act
from gateway.store.device_names import Called, DeviceNames
from gateway.store.query import ReadingRow
from gateway.store.unclaimed import Waiting
from gateway.web.shown import Shown, shown

_NEWEST: Final = 10
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """One reading that waits."""

    number: int
    row: KindRow
    shown: Shown


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind at one go: how many readings, the least and the most of them."""

    row: KindRow
    n: int
    least: Shown
    most: Shown


@dataclass(frozen=True, slots=True)
class AskedOnce:
    """What was measured of somebody at one go, by a device that did not know whom.

    Attributes:
        number: by which it is answered.
        n: how many readings.
        lasts: whether it is not over yet: nobody is asked before.
    """

    number: int
    first: Instant
    last: Instant
    n: int
    measured: Sequence[Measured]
    lasts: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What waits of one user of a device, newest first.

    Attributes:
        user: None where the device did not know who it was: each occasion is asked by itself.
        n: how many readings wait.
        newest: the newest of them, of a known user.
        occasions: the newest occasions, of a user that is not known.
        own: whether the device is this person's, who may then say that it was a guest.
        several: whether several people use the device.
    """

    device: DeviceKey
    called: Called
    user: int | None
    n: int
    newest: Sequence[Asked]
    occasions: Sequence[AskedOnce]
    own: bool
    several: bool


class YoursBook:
    """Questions about readings of nobody, and the answers of a person."""

    def __init__(self, whose: Whose, names: DeviceNames) -> None:
        self._whose = whose
        self._names = names

    def count(self) -> int:
        """How many readings wait."""
        return self._whose.count()

    def groups(self, person: PersonKey, now: Instant) -> list[Group]:
        """What waits, by device and user; those of unknown users last."""
        devices = {one.key: one for one in self._whose.devices.list()}
        called = self._names.all()
        by_user: dict[tuple[DeviceKey, int], list[Waiting]] = {}
        for one in self._whose.waiting():
            by_user.setdefault((one.device, one.user), []).append(one)
        return [
            Group(
                device=key,
                called=called[key],
                user=None if user == UNKNOWN_USER else user,
                n=len(those),
                newest=[
                    _asked(one, called[key])
                    for one in sorted(those, key=lambda one: -one.start)[:_NEWEST]
                    if user != UNKNOWN_USER
                ],
                occasions=[
                    _asked_once(one, called[key], now)
                    for one in reversed(occasions(those)[-_MOST:])
                    if user == UNKNOWN_USER
                ],
                own=devices[key].facts.person == person,
                several=devices[key].several,
            )
            for (key, user), those in sorted(
                by_user.items(), key=lambda pair: (pair[0][1] == UNKNOWN_USER, pair[0])
            )
        ]

    def allowed(self, person: PersonKey, now: Instant) -> bool:
        """Whether this person lets readings of Bluetooth devices be kept here."""
        return may_collect(self._whose.ledger.state(), person, "ble", now).permit

    def this_user(self, person: PersonKey, device: str, user: int, act: Act, *, mine: bool) -> None:
        """Answer for a user number of a device.

        Raises:
            NotAllowed: somebody who allows nothing, a number that the device never gave, or a
                guest on somebody else's device.
        """
        key = DeviceKey(device)
        self._whose.check_number(key, user)
        if mine:
            self._whose.this_user_is(key, user, person, act)
            return
        self._is_own(key, person)
        self._whose.this_user_is_nobody(key, user, act)

    def this_reading(self, person: PersonKey, number: int, act: Act, *, mine: bool) -> None:
        """Answer for all that was measured with one reading; one that waits no more is let be.

        Raises:
            NotAllowed: as for `this_user`.
        """
        found = [one for one in self._whose.waiting() if one.number == number]
        if mine:
            self._whose.these_are(self._whose.at_one_go([number]), person, act)
        elif found:
            self._is_own(found[0].device, person)
            self._whose.these_are_nobodys(self._whose.at_one_go([number]), act)

    def _is_own(self, device: DeviceKey, person: PersonKey) -> None:
        known = self._whose.devices.get(device)
        if known is None or known.facts.person != person:
            raise NotAllowed(
                "This device is somebody else's, who may say that a guest used it.",
                "Leave it as it is.",
            )


def _asked(one: Waiting, called: Called) -> Asked:
    row = row_of(one.kind)
    reading = ReadingRow(
        0, one.start, one.duration, one.value, one.nth, one.flags, 0, one.value, one.decimals, 0
    )
    return Asked(one.number, row, shown(row, reading, called))


def _asked_once(one: Occasion, called: Called, now: Instant) -> AskedOnce:
    measured = []
    for kind in one.kinds:
        those = [_asked(each, called).shown for each in one.readings if each.kind == kind]
        ordered = sorted(those, key=lambda each: each.numbers[0] or 0)
        measured.append(Measured(row_of(kind), len(those), ordered[0], ordered[-1]))
    return AskedOnce(one.number, one.first, one.last, len(one.readings), measured, one.lasts(now))
