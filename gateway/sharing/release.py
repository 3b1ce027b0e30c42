"""The middle step of the road: what arrived or was agreed to becomes spans that wait.

The same for a reading of this second and for last year's, released by a consent of today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from adapters.kinds import Kind
from adapters.reading import Instant, PersonKey
from gateway.sharing.amending import to_amend
from gateway.sharing.consent import ClockState, ConsentState, is_shareable
from gateway.sharing.decision import next_change, windows
from gateway.sharing.events import Lift, Permit, PolicyChanged, RecipientConfirmed
from gateway.sharing.ledger import Ledger
from gateway.sharing.spans import Span, cut, merged, wait
from gateway.store.clock_answers import confirmed_since, newest_answer
from gateway.store.driver import Database, transaction
from gateway.store.identity import SeriesRow
from gateway.store.series import list_series, series_by_id
from gateway.store.summaries import looked_at, thinned

_Recipients = Mapping[tuple[PersonKey, Kind], Sequence[str]]


def release(db: Database, ledger: Ledger, now: Instant, clock: ClockState) -> int:
    """Queue what consent covers of all that arrived or was consented to since; say how many spans.

    One transaction, so it can be stopped anywhere and called again at any time. With an unsure
    clock or a broken ledger nothing is read and nothing is lost: it all waits for the next call.

    Args:
        db: ``gateway.db``.
        ledger: what was decided.
        now: this moment.
        clock: whether it can be believed.
    """
    corrected, thin = list(to_amend(db)), thinned(db)
    if not corrected and not thin and not _anything_new(db, ledger, now):
        return 0
    with transaction(db):
        state = ledger.state()
        if state.broken or clock is not ClockState.TRUSTED or now < state.newest:
            return 0
        intake, seen, at, told = _read_so_far(db)
        arrived, newest = _arrived(db, intake)
        fewer = [Span("", series, first, last, "raw", "") for _, series, first, last in thin]
        arrived += _confirmed(db, told) + _together(db, [*corrected, *fewer])
        recipients = _by_kind(state)
        spans = [
            span
            for series, first, last in arrived
            for span in _cut(state, recipients, series, first, last, now)
        ]
        wider = _wider(ledger, state, seen, at, now)
        if wider is None or wider:
            spans += _from_history(db, state, recipients, wider, now)
        made = merged(spans)
        for span in made:
            wait(db, span)
        looked_at(db, [row for row, *_ in thin])
        if not made and not thin and not _anything_new(db, ledger, now):
            return 0  # what was corrected may not go there now: nothing is written for it
        db.conn.execute(
            "UPDATE released SET intake = ?, ledger = ?, at = ?, clock_answer = ?",
            (newest, state.seq, now, newest_answer(db)),
        )
    return len(made)


def _anything_new(db: Database, ledger: Ledger, now: Instant) -> bool:
    """A glance without the write lock, since this is called every second."""
    intake, seen, at, told = _read_so_far(db)
    newest = db.conn.execute("SELECT COALESCE(MAX(seq), 0) FROM intake").fetchone()[0]
    if newest > intake or newest_answer(db) > told:
        return True
    state = ledger.state()
    change = next_change(state, at)
    return state.seq > seen or (change is not None and change <= now)


def _read_so_far(db: Database) -> tuple[int, int, Instant, int]:
    row = db.conn.execute("SELECT intake, ledger, at, clock_answer FROM released").fetchone()
    return int(row[0]), int(row[1]), int(row[2]), int(row[3])


def _confirmed(db: Database, after: int) -> list[tuple[SeriesRow, Instant, Instant]]:
    """What was passed over for its time, and the person has said since that the time is right."""
    return _together(
        db,
        (
            Span("", series, start, start, "raw", "")
            for series, start in (confirmed_since(db, after) if newest_answer(db) > after else ())
        ),
    )


def _arrived(db: Database, after: int) -> tuple[list[tuple[SeriesRow, Instant, Instant]], int]:
    """What arrived after an intake number, by series, near times together."""
    rows = db.conn.execute(
        "SELECT seq, series, first, last FROM intake WHERE seq > ? ORDER BY seq", (after,)
    ).fetchall()
    spans = (Span("", series, first, last, "raw", "") for _, series, first, last in rows)
    return _together(db, spans), rows[-1][0] if rows else after


def _together(db: Database, spans: Iterable[Span]) -> list[tuple[SeriesRow, Instant, Instant]]:
    """Times by series, near ones as one; of kinds that can be shared."""
    times: defaultdict[int, list[Span]] = defaultdict(list)
    for span in spans:
        times[span.series].append(span)
    found = []
    for number, those in times.items():
        series = series_by_id(db, number)
        if is_shareable(series.kind):
            found += [(series, span.first, span.last) for span in merged(those)]
    return found


def _by_kind(state: ConsentState) -> _Recipients:
    found: defaultdict[tuple[PersonKey, Kind], list[str]] = defaultdict(list)
    for person, kind, recipient in state.by_path:
        found[person, kind].append(recipient)
    return found


def _cut(
    state: ConsentState,
    recipients: _Recipients,
    series: SeriesRow,
    first: Instant,
    last: Instant,
    now: Instant,
) -> Iterator[Span]:
    for recipient in recipients.get((series.person, series.kind), ()):
        for window in windows(
            state, series.person, series.kind, recipient, now, ClockState.TRUSTED
        ):
            span = cut(state, window, recipient, series.id, first, last)
            if span is not None:
                yield span


def _wider(
    ledger: Ledger, state: ConsentState, seen: int, at: Instant, now: Instant
) -> frozenset[str] | None:
    """The grants under which more may leave than when release last looked; None for any."""
    if any(one.end is not None and at < one.end <= now for one in state.denials.values()):
        return None
    given = {grant.id for grant in state.grants.values() if at < grant.start <= now}
    for entry in ledger.entries()[seen:] if state.seq > seen else ():
        match entry.event:
            case Permit(id=grant):
                given.add(grant)
            case Lift() | RecipientConfirmed() | PolicyChanged(change="editorial"):
                return None
            case _:
                pass  # every other event lets less leave, or nothing
    return frozenset(given)


def _from_history(
    db: Database,
    state: ConsentState,
    recipients: _Recipients,
    grants: frozenset[str] | None,
    now: Instant,
) -> Iterator[Span]:
    for series in list_series(db):
        times = _extent(db, series)
        if times is None or not is_shareable(series.kind):
            continue
        for span in _cut(state, recipients, series, *times, now):
            if grants is None or span.consent in grants:
                yield span


def _extent(db: Database, series: SeriesRow) -> tuple[Instant, Instant] | None:
    """From the first to the last of a series, also of what was sent and is deleted by now."""
    ends = [at for at in (series.first, series.last) if at is not None]
    for edge in ("MIN", "MAX"):
        ends += [
            at
            for (at,) in db.conn.execute(
                f"SELECT (SELECT {edge}(start) FROM delivery WHERE recipient = key AND series = ?)"  # noqa: S608  # two fixed words
                " FROM recipient",
                (series.id,),
            )
            if at is not None
        ]
    return (min(ends), max(ends)) if ends else None
