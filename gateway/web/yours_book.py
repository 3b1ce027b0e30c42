"""What waits for somebody to say whose it is, as one person sees it. Runs in the store's thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adapters.kinds import KindRow, row_of
from adapters.reading import DeviceKey, Instant, PersonKey
from gateway.rights.whose import UNKNOWN_USER, Whose
from gateway.sharing.decision import may_collect
from gateway.sharing.errors import NotAllowed
from gateway.sharing.recipients import Act
from gateway.store.query import ReadingRow
from gateway.store.unclaimed import Waiting
from gateway.web.shown import Shown, shown

_NEWEST: Final = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """One reading that waits."""

    number: int
    row: KindRow
    shown: Shown


@dataclass(frozen=True, slots=True)
class Group:
    """What waits of one user of a device, newest first.

    Attributes:
        user: None where the device did not know who it was: each reading is asked by itself.
        n: how many wait, of which the newest are here.
        own: whether the device is this person's, who may then say that it was a guest.
    """

    device: DeviceKey
    title: str
    user: int | None
    n: int
    newest: Sequence[Asked]
    own: bool


class YoursBook:
    """Questions about readings of nobody, and the answers of a person."""

    def __init__(self, whose: Whose) -> None:
        self._whose = whose

    def count(self) -> int:
        """How many readings wait."""
        return len(self._whose.waiting())

    def groups(self, person: PersonKey) -> list[Group]:
        """What waits, by device and user; single readings last."""
        devices = {one.key: one for one in self._whose.devices.list()}
        by_user: dict[tuple[DeviceKey, int], list[Waiting]] = {}
        for one in self._whose.waiting():
            by_user.setdefault((one.device, one.user), []).append(one)
        return [
            Group(
                device=key,
                title=devices[key].called,
                user=None if user == UNKNOWN_USER else user,
                n=len(those),
                newest=[
                    _asked(one, devices[key].called)
                    for one in sorted(those, key=lambda one: -one.start)[: _most(user)]
                ],
                own=devices[key].facts.person == person,
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
            NotAllowed: somebody who allows nothing, or a guest on somebody else's device.
        """
        key = DeviceKey(device)
        if mine:
            self._whose.this_user_is(key, user, person, act)
            return
        self._is_own(key, person)
        self._whose.this_user_is_nobody(key, user, act)

    def this_reading(self, person: PersonKey, number: int, act: Act, *, mine: bool) -> None:
        """Answer for one reading; one that waits no more is let be.

        Raises:
            NotAllowed: as for `this_user`.
        """
        found = [one for one in self._whose.waiting() if one.number == number]
        if mine:
            self._whose.these_are([number], person, act)
        elif found:
            self._is_own(found[0].device, person)
            self._whose.these_are_nobodys([number], act)

    def _is_own(self, device: DeviceKey, person: PersonKey) -> None:
        known = self._whose.devices.get(device)
        if known is None or known.facts.person != person:
            raise NotAllowed(
                "This device is somebody else's, who may say that a guest used it.",
                "Leave it as it is.",
            )


def _most(user: int) -> int:
    return 100 if user == UNKNOWN_USER else _NEWEST


def _asked(one: Waiting, title: str) -> Asked:
    row = row_of(one.kind)
    reading = ReadingRow(
        0, one.start, one.duration, one.value, one.nth, one.flags, 0, one.value, one.decimals, 0
    )
    return Asked(one.number, row, shown(row, reading, title))
