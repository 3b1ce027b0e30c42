"""What the pages stand on: the books of one home, its clock, and the thread they are opened in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import get_timezone

from adapters.reading import DeviceKey, Instant, PersonKey
from gateway.rights.correcting import Correcting
from gateway.rights.device_times import DeviceTimes
from gateway.rights.whose import Whose
from gateway.sharing.consent import ClockState
from gateway.sharing.ledger import Ledger
from gateway.sharing.recipients import Recipients
from gateway.store.audit import Audit
from gateway.store.device_names import DeviceNames
from gateway.store.devices import Devices
from gateway.store.driver import Database
from gateway.store.file_names import FileNames
from gateway.store.local import LocalStore
from gateway.store.people import People
from gateway.store.readings import Readings
from gateway.store.sessions import Sessions
from gateway.store.slots import Slots
from gateway.store.thread import StoreThread
from gateway.web.adding_book import AddingBook, Words
from gateway.web.card_texts import CardTexts
from gateway.web.codes import Codes
from gateway.web.expected import CanMeasure, Expected
from gateway.web.exports_book import ExportsBook
from gateway.web.preview import Previews
from gateway.web.readings_book import ReadingsBook
from gateway.web.sent_book import SentBook
from gateway.web.sharing_book import SharingBook
from gateway.web.sources_book import SourcesBook
from gateway.web.stays_book import StaysBook
from gateway.web.yours_book import YoursBook


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a page needs. The books are opened in `thread` alone.

    Attributes:
        now: the clock. clock: whether it can be believed.
        simulation: whether every page must say that nothing here is real.
        stays, yours, adding, exports: None where the keys of `local.db` were not opened.
        zone: where a person lives, for midnights and printed times.
    """

    thread: StoreThread
    now: Callable[[], Instant]
    clock: Callable[[], ClockState]
    simulation: bool
    people: People
    sessions: Sessions
    codes: Codes
    audit: Audit
    readings: ReadingsBook
    cards: CardTexts
    sources: SourcesBook
    expected: Expected
    sharing: SharingBook
    sent: SentBook
    stays: StaysBook | None
    yours: YoursBook | None
    adding: AddingBook | None
    exports: ExportsBook | None
    times: DeviceTimes
    correcting: Correcting
    zone: Callable[[PersonKey], tzinfo]


def make_desk(
    *,
    db: Database,
    local: LocalStore | None,
    readings: Readings,
    ledger: Ledger,
    recipients: Recipients,
    audit: Audit,
    thread: StoreThread,
    now: Callable[[], Instant],
    clock: Callable[[], ClockState],
    simulation: bool,
    words: Callable[[DeviceKey], Words],
    can_measure: CanMeasure = lambda _profile: (),
    collecting: Callable[[], bool] = lambda: True,
    home: Path | None = None,
) -> Desk:
    """Put the books of a home on the desk.

    ``home``: its folder, where files wait; ``words``: how a device is doing;
    ``collecting``: whether the radio is listened to now.
    """
    devices, people = Devices(db), People(db)
    names = DeviceNames(devices, local.db if local is not None else None)

    def zone_name(person: PersonKey) -> str:
        return (local.zone_at(person, now()) if local is not None else None) or ""

    def zone(person: PersonKey) -> tzinfo:
        name = zone_name(person)
        return ZoneInfo(name) if name else get_timezone()

    return Desk(
        thread=thread,
        now=now,
        clock=clock,
        simulation=simulation,
        people=people,
        sessions=Sessions(db),
        codes=Codes(db),
        audit=audit,
        readings=ReadingsBook(db, readings, names),
        cards=CardTexts(),
        sources=SourcesBook(db, readings, names, local),
        expected=Expected(devices, Slots(db), can_measure),
        sharing=SharingBook(ledger, recipients, people, Previews(db, readings), zone_name),
        sent=SentBook(db, readings, ledger),
        stays=StaysBook(local, devices, names) if local is not None else None,
        yours=YoursBook(
            Whose(readings, devices, Slots(db), ledger, audit, db, local.db, simulation), names
        )
        if local is not None
        else None,
        adding=AddingBook(local.db, devices, ledger, collecting, words, names)
        if local is not None
        else None,
        exports=ExportsBook(db, ledger, home, FileNames(local.db))
        if local is not None and home is not None
        else None,
        times=DeviceTimes(db, local.db if local is not None else None, devices, audit),
        correcting=Correcting(db, readings, audit),
        zone=zone,
    )
