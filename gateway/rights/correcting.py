"""A person says that a reading is wrong: what is true instead, or that it does not count.

The reading itself stays as it came, so no import brings the wrong value back as a new one. Where it
was sent, it is amended there as far as consent still lets it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, get_args

from adapters.errors import ReadingRefused
from adapters.kinds import Kind, KindRow, row_of
from adapters.reading import Components, Instant, PersonKey, Quantity, Reading, Value, canonical
from gateway.sharing.errors import NotAllowed
from gateway.sharing.recipients import Act
from gateway.store.audit import Audit
from gateway.store.correction import Correction
from gateway.store.driver import Database, transaction
from gateway.store.identity import ReadingId, SeriesRow
from gateway.store.query import ReadingRow
from gateway.store.readings import Readings

Why = Literal["mistyped", "device_was_wrong", "not_mine", "not_a_measurement"]
"""A closed list: a reason in somebody's own words might say what is nobody's business."""

WHYS: Final[tuple[Why, ...]] = get_args(Why)
WHYS_OF_A_VALUE: Final[tuple[Why, ...]] = ("mistyped", "device_was_wrong")
"""Why another value may be true; what is somebody else's has no value of this person's."""

_SIGNED_UNITS = frozenset({"Cel", "mg/dL/min", "dB", "dB[SPL]{A}", "W", "1"})
_SIGNED_KINDS = frozenset({"inclination", "elevation_gain", "heart_rate_recovery_one_minute"})
"""What can truly be below zero; of all else a minus is a slip of the keys."""

_MOST = 1000
_LONGEST = 24
_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Found:
    """A reading that may be corrected, and what was said of it before, oldest first.

    Attributes:
        decimals: how many its first value has.
        mark: stands for this reading on a page; says nothing of its value.
    """

    series: SeriesRow
    row: ReadingRow
    before: Sequence[Correction]
    decimals: int

    @property
    def mark(self) -> str:
        """See the class."""
        return mark_of(self.row.id)


def mark_of(id_: ReadingId) -> str:
    """What stands for a reading in an address of a page; says nothing of its value."""
    text = repr((id_.series, id_.start, id_.duration, id_.value, id_.nth))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Correcting:
    """Corrections by a person. One thread at a time uses it.

    Attributes:
        db: ``gateway.db``.
    """

    db: Database
    readings: Readings
    audit: Audit

    def find(self, person: PersonKey, kind: Kind, first: Instant, last: Instant) -> list[Found]:
        """This person's readings of a kind that start from first to last, at most some hundred."""
        return [
            Found(series, row, self.readings.corrections(id_=row.id), self._decimals(row))
            for series in self.readings.series(person, kind)
            for row in self.readings.window(series.id, first, last, _MOST)
        ]

    def _decimals(self, row: ReadingRow) -> int:
        if not row.version:
            return row.current_decimals
        (decimals,) = self.db.conn.execute(
            "SELECT decimals FROM reading WHERE (series, start, duration, value, nth)"
            " = (?, ?, ?, ?, ?)",
            (row.series, row.start, row.duration, row.value, row.nth),
        ).fetchone()
        return int(decimals)

    def set_right(self, found: Found, told: str, why: str, act: Act) -> int:
        """Say what is true instead.

        Args:
            found: the reading.
            told: a number in the unit of its kind, or one for each component, parted by ``/``.
            why: one of `WHYS_OF_A_VALUE`.
            act: who, when.

        Returns:
            the version, from 1 on.

        Raises:
            NotAllowed: this cannot be said of such a reading.
        """
        value, decimals = parsed(row_of(found.series.kind), told)
        row = found.row
        if row.current_value is not None and (row.current_value, row.current_decimals) == (
            value,
            decimals,
        ):
            raise NotAllowed("It says that already.", "Nothing was changed.")
        return self._write(found, (value, decimals), _one_of(why, WHYS_OF_A_VALUE), act)

    def take_back(self, found: Found, why: str, act: Act) -> int:
        """Say that a reading does not count: it was entered in error, or is somebody else's.

        Raises:
            NotAllowed: it was taken back before, or the reason is none.
        """
        if found.row.current_value is None:
            raise NotAllowed("It was taken back before.", "Nothing was changed.")
        return self._write(found, None, _one_of(why, WHYS), act)

    def _write(self, found: Found, new: tuple[Value, int] | None, why: Why, act: Act) -> int:
        with transaction(self.db):
            version = self.readings.correct(found.row.id, new, at=act.at, actor=act.actor, why=why)
            what = "reading.corrected" if new else "reading.taken_back"
            self.audit.note(
                act.at, act.actor, what, {"kind": found.series.kind, "why": why, "version": version}
            )
        return version


def can_be_told(row: KindRow) -> bool:
    """Whether a person can say another value of such a reading; all can be taken back."""
    return row.shape in ("quantity", "components")


def parsed(row: KindRow, told: str) -> tuple[Value, int]:
    """The stored form of a value that a person wrote, and its decimals.

    Raises:
        NotAllowed: it is no value of its kind.
    """
    if not can_be_told(row):
        raise NotAllowed(
            "Of such a reading no other value can be said.", "It can be taken back as a whole."
        )
    parts = tuple(map(_number, told.replace("|", "/").split("/")))
    _must_be_possible(row, parts)
    value: Quantity | Components = Components(parts, row.unit)
    if row.shape == "quantity":
        if len(parts) != 1:
            raise NotAllowed("This reading is one number.", f"Write it in {row.unit}.")
        value = Quantity(parts[0], row.unit)
    try:
        return canonical(Reading(row.kind, 0, value))
    except ReadingRefused as error:
        names = " / ".join(row.components)
        raise NotAllowed(f"This reading is: {names}.", "Write a number for each.") from error


def _must_be_possible(row: KindRow, parts: Sequence[Decimal]) -> None:
    """Refuse what nobody can have; nothing is said of what is unlikely."""
    signed = row.unit in _SIGNED_UNITS or row.kind in _SIGNED_KINDS
    if not signed and any(part < 0 for part in parts):
        raise NotAllowed(f"{row.title} cannot be below zero.", "Write it without a minus.")
    if row.components[:2] == ("systolic", "diastolic") and len(parts) > 1 and parts[1] > parts[0]:
        raise NotAllowed(
            "The diastolic pressure cannot be above the systolic.",
            "Write the higher number first, as in 120/80.",
        )


def _number(text: str) -> Decimal:
    written = text.strip()
    if _NUMBER.fullmatch(written) is None or len(written) > _LONGEST:
        raise NotAllowed(f"{text[:_LONGEST]!r} is not a number.", "Write it as in 72 or 36.6.")
    if _THOUSANDS.fullmatch(written):
        raise NotAllowed(
            f"{written!r} can be read in two ways.",
            "Write it without a comma, as in 1234 or 1.234.",
        )
    return Decimal(written.replace(",", "."))


def _one_of(told: str, whys: Sequence[Why]) -> Why:
    for why in whys:
        if why == told:
            return why
    raise NotAllowed("Say why.", f"One of: {', '.join(whys)}.")
