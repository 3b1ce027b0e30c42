"""What is stored, read back: the newest of each kind, and windows of rows."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.kinds import Kind
from adapters.reading import DeviceKey, Instant, PersonKey, SourceKey, Value, Waveform
from gateway.store.driver import Database
from gateway.store.identity import ReadingId
from gateway.store.series import list_series

_COLUMNS = (
    "series, start, duration, value, nth, flags, intake, current_value, current_decimals, version"
)


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One stored reading, as it came and as it stands now.

    Attributes:
        value: as it came; part of its identity.
        current_value: as corrected; None if it was entered in error.
        version: 0, or the number of its last correction.
    """

    series: int
    start: Instant
    duration: int
    value: Value
    nth: int
    flags: int
    intake: int
    current_value: Value | None
    current_decimals: int
    version: int

    @property
    def id(self) -> ReadingId:
        """Where it stands."""
        return ReadingId(self.series, self.start, self.duration, self.value, self.nth)


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest reading of a kind, and where it came from."""

    kind: Kind
    device: DeviceKey
    source: SourceKey
    simulated: bool
    reading: ReadingRow


def latest(db: Database, person: PersonKey, kind: Kind | None = None) -> list[Latest]:
    """The newest reading of each kind that was not entered in error, newest of all first."""
    last = dict(
        db.conn.execute(
            "SELECT id, (SELECT MAX(start) FROM reading WHERE series = s.id) FROM series s"
            " WHERE person = ?",
            (person,),
        ).fetchall()
    )
    best: dict[Kind, Latest] = {}
    every = [one for one in list_series(db, person, kind, spans=False) if last[one.id] is not None]
    for series in sorted(every, key=lambda one: (-last[one.id], one.id)):
        known = best.get(series.kind)
        if known is not None and last[series.id] <= known.reading.start:
            continue
        row = db.conn.execute(
            f"SELECT {_COLUMNS} FROM current_reading"  # noqa: S608  # our own column names
            " WHERE series = ? AND current_value IS NOT NULL"
            " ORDER BY start DESC, duration DESC, value DESC, nth DESC LIMIT 1",
            (series.id,),
        ).fetchone()
        if row is None:
            continue
        found = Latest(
            series.kind, series.device, series.source, series.simulated, ReadingRow(*row)
        )
        if known is None or found.reading.start > known.reading.start:
            best[series.kind] = found
    return sorted(best.values(), key=lambda one: (-one.reading.start, one.kind))


def window(
    db: Database,
    series: int,
    first: Instant,
    last: Instant,
    limit: int,
    after: ReadingId | None = None,
) -> list[ReadingRow]:
    """Readings that start from first to last, both included; see `Readings.window`."""
    begin = (first, -1, "", -1)
    if after is not None:
        begin = (after.start, after.duration, after.value, after.nth)  # type: ignore[assignment]  # a value is text or a number
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM current_reading WHERE series = ? AND start BETWEEN ? AND ?"  # noqa: S608  # our own column names
        " AND (start, duration, value, nth) > (?, ?, ?, ?)"
        " ORDER BY start, duration, value, nth LIMIT ?",
        (series, max(first, begin[0]), last, *begin, limit),
    )
    return [ReadingRow(*row) for row in rows]


def reading(db: Database, id_: ReadingId) -> ReadingRow | None:
    """One reading, or None."""
    row = db.conn.execute(
        f"SELECT {_COLUMNS} FROM current_reading WHERE series = ?"  # noqa: S608  # our own column names
        " AND (start, duration, value, nth) = (?, ?, ?, ?)",
        (id_.series, id_.start, id_.duration, id_.value, id_.nth),
    ).fetchone()
    return None if row is None else ReadingRow(*row)


def waveform(db: Database, digest: str) -> Waveform | None:
    """The samples behind a reading whose value is their digest, or None."""
    row = db.conn.execute(
        "SELECT digest, period_ms, factor, samples FROM waveform WHERE digest = ?", (digest,)
    ).fetchone()
    return None if row is None else Waveform(*row)
