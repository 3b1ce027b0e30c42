"""Is this yours? What a device measured of users that nobody knows, and what becomes of it.

It waits in `local.db`, where nothing that sends can look, until a person says whose it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.reading import DeviceKey, Instant, PersonKey
from gateway.rights.claiming import as_batch
from gateway.rights.occasions import occasions
from gateway.sharing.decision import may_collect
from gateway.sharing.errors import NotAllowed
from gateway.sharing.ledger import Ledger
from gateway.sharing.recipients import Act
from gateway.store.audit import Audit
from gateway.store.consent_codes import forget_code
from gateway.store.devices import Devices
from gateway.store.driver import Database, transaction
from gateway.store.readings import Readings
from gateway.store.slots import Slot, Slots
from gateway.store.unclaimed import Waiting, answered, waiting, waiting_by_user

UNKNOWN_USER: Final = 0xFF
"""The number for anybody whom a device does not know; as `adapters.ble.record.UNKNOWN_USER`."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Takes the answers. One thread at a time uses it.

    Attributes:
        local: the database of ``local.db``, where it waits.
        simulation: whether what is measured here is simulated.
    """

    readings: Readings
    devices: Devices
    slots: Slots
    ledger: Ledger
    audit: Audit
    gateway: Database
    local: Database
    simulation: bool

    def waiting(self) -> list[Waiting]:
        """What waits for an answer, of all devices that are still used."""
        asked = self._asked()
        return [one for one in waiting(self.local) if (one.device, one.user) in asked]

    def count(self) -> int:
        """How many readings wait for an answer."""
        return sum(self._asked().values())

    def users_of(self, device: DeviceKey) -> list[int]:
        """The user numbers that a device has given anybody, as far as is known here."""
        waits = {user for key, user in waiting_by_user(self.local) if key == device}
        return sorted((waits | {one.user for one in self.slots.list(device)}) - {UNKNOWN_USER})

    def check_number(self, device: DeviceKey, user: int, *, by_code: bool = False) -> None:
        """Let only numbers pass that the device has given somebody.

        Args:
            device: which.
            user: the number.
            by_code: whether it tells nothing of a user whose code is not known here.

        Raises:
            NotAllowed: it never gave this one; says which it gave.
        """
        self._is_a_slot(device, user)
        seen = self.users_of(device)
        if user in seen or device in self.slots.all_others():
            return
        code = " Or say the code that it shows for this user: --code CODE" if by_code else ""
        raise NotAllowed(
            f"The device has given no user the number {user}. It {_gave(seen)}",
            f"Measure once as user {user}, let the device connect, and look at: health-gateway"
            f" devices whose.{code}",
        )

    def at_one_go(self, numbers: Iterable[int]) -> list[int]:
        """These readings, and of an unknown user all that was measured with each of them."""
        wanted = set(numbers)
        for occasion in occasions(one for one in self.waiting() if one.user == UNKNOWN_USER):
            those = {one.number for one in occasion.readings}
            if those & wanted:
                wanted |= those
        return sorted(wanted)

    def _asked(self) -> dict[tuple[DeviceKey, int], int]:
        """How many readings wait, by device and user, where somebody can answer."""
        used = {one.key for one in self.devices.list()}
        said = {(one.device, one.user) for one in self.slots.list()}
        return {
            key: n
            for key, n in waiting_by_user(self.local).items()
            if key[0] in used and key not in said
        }

    def finish(self, at: Instant) -> int:
        """Do what was said of user numbers to all that still waits of them; says to how many.

        Answers and readings may come at one time, from two parts of the program: each calls this
        when it has written its own, so that one of them sees both.
        """
        done = 0
        for slot in self.slots.list():
            those = waiting(self.local, slot.device, slot.user)
            if slot.person is not None:
                if not those or not may_collect(self.ledger.state(), slot.person, "ble", at).permit:
                    continue
                self._take_in(those, slot.person, at)
            self._answered(those, at)
            done += len(those)
        return done

    def this_user_is(self, device: DeviceKey, user: int, person: PersonKey, act: Act) -> int:
        """From now on this user number is this person's, and so is what waits of it.

        Returns:
            how many readings waited.

        Raises:
            NotAllowed: this person does not let us collect, the number is somebody else's, or
                it stands for anybody.
        """
        self._may_be_collected(person, act.at)
        self._is_a_slot(device, user)
        before = self.slots.get(device, user)
        if before is not None and before.person not in (None, person):
            raise _said_before("This user number is somebody else's already.", device, user)
        n = len(waiting(self.local, device, user))
        with transaction(self.gateway):
            self.slots.set(Slot(device, user, person, act.at))
            self._note(act, "slot.claimed", device, user, n)
        return self.finish(act.at)

    def this_user_is_nobody(self, device: DeviceKey, user: int, act: Act) -> int:
        """This user number is a guest's: what waits of it is thrown away, and what comes too.

        Raises:
            NotAllowed: the number is somebody's, or stands for anybody.
        """
        self._is_a_slot(device, user)
        before = self.slots.get(device, user)
        if before is not None and before.person is not None:
            raise _said_before("This user number is somebody's already.", device, user)
        n = len(waiting(self.local, device, user))
        with transaction(self.gateway):
            self.slots.set(Slot(device, user, None, act.at))
            self._note(act, "slot.nobody", device, user, n)
        return self.finish(act.at)

    def take_back(self, device: DeviceKey, user: int, act: Act) -> None:
        """Nobody said whose this user number is: what comes of it is asked about, its code is gone.

        What was taken in of it stays whose it is.

        Raises:
            NotAllowed: nobody said anything of it, or it stands for anybody.
        """
        self._is_a_slot(device, user)
        if self.slots.get(device, user) is None:
            said = [one.user for one in self.slots.list(device)]
            of = f"It was said of {_listed(said)}." if said else "It was said of none."
            raise NotAllowed(
                f"Nobody said whose the user number {user} is.", f"{of} Nothing was changed."
            )
        with transaction(self.gateway):
            self.slots.take_back(device, user)
            self.audit.note(act.at, act.actor, "slot.undone", {"device": device, "user": user})
        forget_code(self.local, device, user)

    def these_are(self, numbers: Iterable[int], person: PersonKey, act: Act) -> int:
        """Single readings are this person's, whatever number the device gave its user.

        Returns:
            how many of them waited.

        Raises:
            NotAllowed: this person does not let us collect.
        """
        self._may_be_collected(person, act.at)
        those = self._of(numbers)
        with transaction(self.gateway):
            self._take_in(those, person, act.at)
            for (device, user), n in _by_user(those).items():
                self._note(act, "reading.claimed", device, user, n)
        self._answered(those, act.at)
        return len(those)

    def these_are_nobodys(self, numbers: Iterable[int], act: Act) -> int:
        """Single readings are a guest's, and thrown away; says how many of them waited."""
        those = self._of(numbers)
        with transaction(self.gateway):
            for (device, user), n in _by_user(those).items():
                self._note(act, "reading.nobody", device, user, n)
        self._answered(those, act.at)
        return len(those)

    def _of(self, numbers: Iterable[int]) -> list[Waiting]:
        wanted = set(numbers)
        return [one for one in self.waiting() if one.number in wanted]

    def _is_a_slot(self, device: DeviceKey, user: int) -> None:
        if user == UNKNOWN_USER:
            raise NotAllowed(
                "The device gives this number to anybody whom it does not know.",
                "Answer for each of these readings by itself.",
            )
        if not 0 <= user < UNKNOWN_USER:
            raise NotAllowed(
                f"A user number is 0 to {UNKNOWN_USER - 1}; this device"
                f" {_gave(self.users_of(device))}",
                "Look the number up on the device.",
            )

    def _may_be_collected(self, person: PersonKey, now: Instant) -> None:
        if not may_collect(self.ledger.state(), person, "ble", now).permit:
            raise NotAllowed(
                "This person has not allowed readings of Bluetooth devices to be kept here.",
                f"Allow it first: health-gateway consent grant collect ble --person {person}",
            )

    def _take_in(self, those: Sequence[Waiting], person: PersonKey, at: Instant) -> None:
        made = [as_batch(one, person) for one in those]
        self.readings.take_in(made, at=at, source="ble", simulated=self.simulation)

    def _answered(self, those: Sequence[Waiting], at: Instant) -> None:
        with transaction(self.local):
            answered(self.local, those, at)

    def _note(self, act: Act, what: str, device: DeviceKey, user: int, n: int) -> None:
        detail: dict[str, str | int] = {"device": device, "user": user, "readings": n}
        self.audit.note(act.at, act.actor, what, detail)


def _said_before(what: str, device: DeviceKey, user: int) -> NotAllowed:
    return NotAllowed(
        what, f"Take that back first: health-gateway devices whose {device} {user} --undo"
    )


def _gave(numbers: Sequence[int]) -> str:
    return f"gave {_listed(numbers)}." if numbers else "gave none so far."


def _listed(numbers: Sequence[int]) -> str:
    """Numbers in a sentence: "1, 2 and 4"."""
    *first, last = map(str, numbers)
    return f"{', '.join(first)} and {last}" if first else last


def _by_user(those: Sequence[Waiting]) -> Counter[tuple[DeviceKey, int]]:
    return Counter((one.device, one.user) for one in those)
