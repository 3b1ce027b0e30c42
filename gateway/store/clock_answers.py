"""What people said of the times that a device's clock gave: right, or wrong for good.

An answer is written down beside the readings and changes none of them. It stands for the readings
of one person and device that came since the answer before, up to the newest of that moment.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.reading import DeviceKey, Instant, PersonKey, Quality
from gateway.store.driver import Database, transaction
from gateway.store.identity import SeriesRow
from gateway.store.intake import highest_intake

UNSURE = int(Quality.CLOCK_NOT_TRUSTED | Quality.TIME_OF_ARRIVAL)
SETTLED = int(Quality.CLOCK_NOT_TRUSTED)
"""What is no doubt any more once a person said that the time is right. That a device told none
stays true: who gets the reading is to know where its time is from."""

_UNSURE = f"r.flags & {UNSURE}"
"""As the schema's index of such readings spells it."""


@dataclass(frozen=True, slots=True)
class ClockAnswer:
    """One answer.

    Attributes:
        after: it stands for what arrived after this intake number,
        intake: and up to this one.
        right: whether the times are right.
    """

    device: DeviceKey
    person: PersonKey
    after: int
    intake: int
    right: bool
    at: Instant
    actor: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """Readings of a person and device whose times wait for an answer."""

    person: PersonKey
    device: DeviceKey
    n: int
    first: Instant
    last: Instant


class Verdicts:
    """What was said of the times of one series; looked up when it is first asked."""

    def __init__(self, db: Database, series: SeriesRow) -> None:
        self._db = db
        self._series = series
        self._answers: list[ClockAnswer] | None = None

    def doubt(self, flags: int, intake: int) -> str:
        """Why a reading must stay here for its time; empty where it need not."""
        if not flags & UNSURE:
            return ""
        if self._answers is None:
            self._answers = answers(self._db, self._series.device, self._series.person)
        for answer in self._answers:
            if intake <= answer.intake:
                return "" if answer.right else "clock_wrong"
        return "clock_not_trusted"


def answers(db: Database, device: DeviceKey, person: PersonKey) -> list[ClockAnswer]:
    """The answers of a person about a device, oldest first."""
    rows = db.conn.execute(
        "SELECT device, person, after, intake, is_right, at, actor FROM clock_answer"
        " WHERE (device, person) = (?, ?) ORDER BY id",
        (device, person),
    )
    return [
        ClockAnswer(key, whose, after, intake, bool(right), at, actor)
        for key, whose, after, intake, right, at, actor in rows
    ]


def unsure(db: Database, person: PersonKey | None = None) -> list[Unsure]:
    """What waits for an answer, by person and device."""
    rows = db.conn.execute(
        "SELECT s.person, s.device, COUNT(*), MIN(r.start), MAX(r.start)"  # noqa: S608  # a number of ours
        f" FROM series s CROSS JOIN reading r ON r.series = s.id AND {_UNSURE}"
        " WHERE (?1 IS NULL OR s.person = ?1) AND r.intake > COALESCE((SELECT MAX(a.intake)"
        " FROM clock_answer a WHERE a.device = s.device AND a.person = s.person), 0)"
        " GROUP BY s.person, s.device ORDER BY s.person, s.device",
        (person,),
    )
    return [Unsure(*row) for row in rows]


def came(db: Database, device: DeviceKey, person: PersonKey) -> tuple[Instant, Instant] | None:
    """When the first and the last came of what waits for an answer of this person."""
    first, last = db.conn.execute(
        "SELECT MIN(i.at), MAX(i.at) FROM series s"  # noqa: S608  # a number of ours
        f" CROSS JOIN reading r ON r.series = s.id AND {_UNSURE}"
        " CROSS JOIN intake i ON i.seq = r.intake WHERE (s.device, s.person) = (?1, ?2)"
        " AND r.intake > COALESCE((SELECT MAX(a.intake) FROM clock_answer a"
        " WHERE (a.device, a.person) = (?1, ?2)), 0)",
        (device, person),
    ).fetchone()
    return None if first is None else (int(first), int(last))


def any_came(
    db: Database, device: DeviceKey, person: PersonKey, since: Instant, before: Instant
) -> bool:
    """Whether something that waits for an answer of this person came in this time."""
    (found,) = db.conn.execute(
        "SELECT EXISTS (SELECT 1 FROM series s"  # noqa: S608  # a number of ours
        f" CROSS JOIN reading r ON r.series = s.id AND {_UNSURE}"
        " CROSS JOIN intake i ON i.seq = r.intake WHERE (s.device, s.person) = (?1, ?2)"
        " AND i.at >= ?3 AND i.at < ?4 AND r.intake > COALESCE((SELECT MAX(a.intake)"
        " FROM clock_answer a WHERE (a.device, a.person) = (?1, ?2)), 0))",
        (device, person, since, before),
    ).fetchone()
    return bool(found)


def answer(
    db: Database, device: DeviceKey, person: PersonKey, *, right: bool, at: Instant, actor: str
) -> int:
    """Write down an answer to what waits; says how many readings it is about.

    Nothing is written where nothing waits: an answer is no promise for what will come.
    """
    with transaction(db):
        waiting = [one for one in unsure(db, person) if one.device == device]
        if not waiting:
            return 0
        before = answers(db, device, person)
        db.conn.execute(
            "INSERT INTO clock_answer (device, person, after, intake, is_right, at, actor)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                device,
                person,
                before[-1].intake if before else 0,
                highest_intake(db),
                right,
                at,
                actor,
            ),
        )
        _tell_deliveries(db, device, person, right=right)
    return waiting[0].n


def _tell_deliveries(db: Database, device: DeviceKey, person: PersonKey, *, right: bool) -> None:
    """What was kept from a recipient for its time is so no more for want of an answer."""
    db.conn.execute(
        "UPDATE delivery SET outcome = ? WHERE state = 'withheld' AND outcome = 'clock_not_trusted'"
        " AND series IN (SELECT id FROM series WHERE (device, person) = (?, ?))",
        ("clock_confirmed" if right else "clock_wrong", device, person),
    )


def newest_answer(db: Database) -> int:
    """The number of the last answer; 0 before the first."""
    return int(db.conn.execute("SELECT COALESCE(MAX(id), 0) FROM clock_answer").fetchone()[0])


def confirmed_since(db: Database, after: int) -> list[tuple[int, Instant]]:
    """Series and start of each reading whose time was said to be right after an answer."""
    rows = db.conn.execute(
        "SELECT r.series, r.start FROM clock_answer a JOIN series s"  # noqa: S608  # a number of ours
        " ON s.device = a.device AND s.person = a.person"
        f" CROSS JOIN reading r ON r.series = s.id AND {_UNSURE}"
        " AND r.intake > a.after AND r.intake <= a.intake WHERE a.id > ? AND a.is_right",
        (after,),
    )
    return [(int(series), int(start)) for series, start in rows]
