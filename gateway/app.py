"""The only builder of parts: opens a home and hands each part what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.reading import DeviceKey, Instant, PersonKey, SourceKey
from gateway import clock, settings
from gateway.errors import Refused
from gateway.settings import Settings
from gateway.sharing.consent import ClockState, Collecting
from gateway.sharing.decision import may_collect
from gateway.sharing.ledger import Ledger
from gateway.sharing.withdrawal import cancelling
from gateway.store.audit import Audit
from gateway.store.device_names import DeviceNames
from gateway.store.devices import Devices
from gateway.store.file_names import FileNames
from gateway.store.home import Home, OpenHome
from gateway.store.import_runs import ImportRuns
from gateway.store.keys import KeyRing, device_key, source_key
from gateway.store.local import LocalStore
from gateway.store.losses import write_down_losses
from gateway.store.notes import Notes
from gateway.store.people import People
from gateway.store.readings import Readings
from gateway.store.slots import Slots

if TYPE_CHECKING:  # loaded where they are asked for: a command needs few of them
    from gateway.rights.device_times import DeviceTimes
    from gateway.rights.whose import Whose
    from gateway.sharing.recipients import Recipients


@dataclass(frozen=True, slots=True)
class House:
    """An opened home and its parts. One thread at a time uses it.

    A process that works in several threads opens a house for each.
    """

    opened: OpenHome
    settings: Settings
    people: People
    devices: Devices
    slots: Slots
    readings: Readings
    imports: ImportRuns
    audit: Audit
    notes: Notes
    ledger: Ledger

    @property
    def path(self) -> Path:
        """The folder of the home."""
        return self.opened.home.path

    @property
    def simulation(self) -> bool:
        """Whether this home is for simulated devices alone."""
        return self.opened.simulation

    @property
    def local(self) -> LocalStore:
        """What stays here.

        Raises:
            Refused: this process was given the sending side's keys only.
        """
        if self.opened.local is None:
            raise Refused("What stays here cannot be opened with these keys.")
        return self.opened.local

    @property
    def recipients(self) -> Recipients:
        """Who may be sent something."""
        from gateway.sharing.recipients import Recipients

        return Recipients(self.opened.gateway, self.ledger, simulation=self.simulation)

    def clock(self) -> ClockState:
        """Whether this computer's clock can be believed (docs/decisions/0006-clock.md)."""
        if clock.now() < clock.PROGRAM_MADE:
            return ClockState.UNTRUSTED
        believed = self.simulation or self.settings.clock.trust == "trusted" or clock.synchronised()
        return ClockState.TRUSTED if believed else ClockState.UNTRUSTED

    def device_key(self, identity: str) -> DeviceKey:
        """Our own name for a device, from what tells it from all others."""
        return device_key(self.opened.ring.identity, identity)

    def source_key(self, name: str) -> SourceKey:
        """Our own name for an app or phone."""
        return source_key(self.opened.ring.identity, name)

    def may_collect(self, person: PersonKey, source: Collecting, now: Instant) -> bool:
        """Whether this person lets us collect from this source at this moment."""
        return may_collect(self.ledger.state(), person, source, now).permit

    def anybody_allows(self, source: Collecting, now: Instant) -> bool:
        """Whether somebody of this house does."""
        return any(self.may_collect(one.key, source, now) for one in self.people.list())

    def whose(self) -> Whose:
        """What is said of readings that wait for an answer.

        Raises:
            Refused: this process was given the sending side's keys only.
        """
        from gateway.rights.whose import Whose

        return Whose(
            self.readings,
            self.devices,
            self.slots,
            self.ledger,
            self.audit,
            self.opened.gateway,
            self.local.db,
            self.simulation,
        )

    def names(self) -> DeviceNames:
        """What each device is called in this house."""
        local = self.opened.local
        return DeviceNames(self.devices, local.db if local is not None else None)

    def file_names(self) -> FileNames:
        """What the files of imports are called."""
        return FileNames(self.local.db)

    def device_times(self) -> DeviceTimes:
        """What is known of the clocks of devices, and what is said of their times."""
        from gateway.rights.device_times import DeviceTimes

        local = self.opened.local
        return DeviceTimes(
            self.opened.gateway, local.db if local is not None else None, self.devices, self.audit
        )

    def close(self) -> None:
        """Close both files."""
        self.opened.close()


def make_house(
    path: Path, *, passphrase: str | None, key_file: bool, simulation: bool, recovery_code: str = ""
) -> str:
    """Make a home with its settings; returns the recovery code to print.

    Raises:
        HomeExists, NotAHome, CodeMistyped: nothing was made.
    """
    home = Home(path)
    opened, code = home.create(
        passphrase=passphrase,
        key_file=key_file,
        simulation=simulation,
        recovery_code=recovery_code or None,
    )
    if not home.config.exists():
        home.config.write_text(settings.shipped(), encoding="utf-8")
        home.config.chmod(0o600)
    opened.close()
    return code


def open_house(path: Path, *, passphrase: str | None = None, ring: KeyRing | None = None) -> House:
    """Open a home by its key file or passphrase, or by keys that were opened before.

    Raises:
        NoHome, NotAHome, PassphraseNeeded, WrongPassphrase: nothing was opened.
        StoreLocked, StoreDamaged, StoreTooNew: a file is not what it should be.
        WrongSettings: its `config.toml` is not understood.
    """
    home = Home(path)
    chosen = settings.load(home.config)
    opened = home.open(passphrase) if ring is None else home.open_with(ring)
    house = build(opened, chosen)
    if house.opened.local is not None:
        write_down_losses(house.opened.gateway, house.opened.local, house.audit, clock.now())
    return house


def build(opened: OpenHome, chosen: Settings) -> House:
    """Put the parts of an opened home together."""
    db, local, ring = opened.gateway, opened.local, opened.ring
    ledger = Ledger(db, ring.signing, local, simulation=opened.simulation)
    ledger.on_append.append(cancelling(db))
    return House(
        opened=opened,
        settings=chosen,
        people=People(db),
        devices=Devices(db),
        slots=Slots(db),
        readings=Readings(db, ring.identity, local),
        imports=ImportRuns(db),
        audit=Audit(db, local),
        notes=Notes(db),
        ledger=ledger,
    )
