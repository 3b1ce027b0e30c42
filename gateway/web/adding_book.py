"""Adding a device, as one person sees it: what was found, what is asked. In the store's thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from adapters.reading import DeviceKey, Instant, PersonKey
from gateway.sharing.decision import may_collect
from gateway.sharing.errors import NotAllowed
from gateway.sharing.ledger import Ledger
from gateway.store.device_names import Called, DeviceNames
from gateway.store.devices import Device, Devices
from gateway.store.driver import Database
from gateway.store.nearby import LookedAround, Nearby
from gateway.store.wishes import NO_MORE, Put, Wish, Wishes


class Words(Protocol):
    """How a device is doing (`gateway.status.DeviceWords`)."""

    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def next_step(self) -> str: ...  # noqa: D102
    @property
    def pair_anew(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """A device of this person, and how it is doing."""

    key: DeviceKey
    called: Called
    words: Words


@dataclass(frozen=True, slots=True)
class Stand:
    """How it stands.

    Attributes:
        wish: what this person wished last, or None.
        question: what is asked at this moment, with the seconds that are left to answer.
        found: what the last look around heard.
        added: what the device is called that was added by this wish; None before.
        own: the devices of this person.
    """

    wish: Wish | None
    question: Put | None
    seconds: int
    found: Sequence[Nearby]
    added: Called | None
    allowed: bool
    collecting: bool
    own: Sequence[OwnDevice]


class AddingBook:
    """Wishes of the radio, and answers to what devices ask; the radio itself is elsewhere."""

    def __init__(
        self,
        local: Database,
        devices: Devices,
        ledger: Ledger,
        collecting: Callable[[], bool],
        words: Callable[[DeviceKey], Words],
        names: DeviceNames,
    ) -> None:
        self._nearby = LookedAround(local)
        self._wishes = Wishes(local)
        self._devices = devices
        self._ledger = ledger
        self._collecting = collecting
        self._words = words
        self._names = names

    def stand(self, person: PersonKey, now: Instant) -> Stand:
        """How it stands for this person."""
        wish = self._wishes.newest(person)
        question = wish.question if wish is not None and wish.is_open else None
        names = self._names.all()
        return Stand(
            wish=wish,
            question=question,
            seconds=max(0, (question.until - now) // 1000) if question is not None else 0,
            found=self._nearby.list(),
            added=names.get(wish.device) if wish is not None and wish.device else None,
            allowed=may_collect(self._ledger.state(), person, "ble", now).permit,
            collecting=self._collecting(),
            own=[
                OwnDevice(one.key, names[one.key], self._words(one.key))
                for one in self._own_devices(person)
            ],
        )

    def _own_devices(self, person: PersonKey) -> list[Device]:
        every = self._devices.list()
        return [one for one in every if one.adapter == "ble" and one.facts.person == person]

    def look(self, person: PersonKey, now: Instant) -> None:
        """Wish to look around.

        Raises:
            NotAllowed: this person does not allow Bluetooth.
        """
        self._may(person, now)
        self._wishes.wish(person, "look", now)

    def choose(
        self, person: PersonKey, number: int, now: Instant, *, name: str, several: bool | None
    ) -> None:
        """Wish to add what was found under this number, by a name if one is given.

        Raises:
            NotAllowed: this person does not allow Bluetooth, or it is not there any more.
        """
        self._may(person, now)
        found = self._nearby.number(number)
        if found is None or not found.profile:
            raise NotAllowed("This device was not found in the last hour.", "Look around again.")
        self._wishes.wish(
            person,
            "add",
            now,
            address=found.address,
            profile=found.profile,
            name=name,
            several=several,
        )

    def pair(self, person: PersonKey, device: str, now: Instant) -> None:
        """Wish to pair a device of this person again: its old pairing is let go for that.

        Raises:
            NotAllowed: this person does not allow Bluetooth, or it is somebody else's.
        """
        self._may(person, now)
        own = next((one for one in self._own_devices(person) if one.key == device), None)
        if own is None:
            raise NotAllowed("This device is not yours.", "Ask the person whose device it is.")
        self._wishes.wish(person, "pair", now, device=own.key)

    def answer(self, person: PersonKey, number: int, answer: str) -> None:
        """Answer what is asked of this person; an answer to something else is let be."""
        wish = self._wishes.newest(person)
        if wish is not None and wish.id == number:
            self._wishes.answer(number, answer or NO_MORE)

    def stop(self, person: PersonKey) -> None:
        """Wish no more."""
        wish = self._wishes.newest(person)
        if wish is not None:
            self._wishes.give_up(wish.id)

    def _may(self, person: PersonKey, now: Instant) -> None:
        if not may_collect(self._ledger.state(), person, "ble", now).permit:
            raise NotAllowed(
                "You have not allowed devices over Bluetooth.", "Allow them on the page Share."
            )
