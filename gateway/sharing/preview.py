"""The exact Observation that would leave, before anybody agrees to anything."""

from __future__ import annotations

from adapters.reading import Instant
from fhir_mappings.systems import PHD_COINCIDENT
from gateway.sharing.buckets import bucket
from gateway.sharing.candidates import Candidate, again
from gateway.sharing.compose import References, compose
from gateway.sharing.consent import Grain
from gateway.sharing.deliveries import Key
from gateway.sharing.looks import look_of
from gateway.sharing.recipients import Recipient
from gateway.store.driver import Database
from gateway.store.identity import ReadingId
from gateway.store.series import series_by_id

NOT_THERE_YET = References("Patient/not-made-yet", "Device/not-made-yet", {})
_NO_LOOK_YET = "Observation/not-made-yet"


def preview(
    db: Database,
    recipient: Recipient,
    id_: ReadingId,
    now: Instant,
    grain: Grain = "raw",
    zone: str = "",
) -> bytes:
    """One reading as it would be sent: the same shape and the same renderer as sending uses.

    References that are made on the first sending stand as ``…/not-made-yet``; ``issued`` is now.
    Links to other readings are those that stand there when it is sent, so none is in it.

    Raises:
        LookupError: there is no such reading, or it has no form that can be sent; says why.
    """
    series = series_by_id(db, id_.series)
    known = dict(
        db.conn.execute(
            "SELECT what, reference FROM remote WHERE recipient = ?", (recipient.key,)
        ).fetchall()
    )
    devices: dict[str, str] = {
        series.device: known.get(f"device:{series.device}", NOT_THERE_YET.gateway)
    }
    key = Key(id_.series, id_.start, id_.duration, id_.value, id_.nth, 0)
    looks = None
    if PHD_COINCIDENT in recipient.invitation.profiles:
        look = look_of(db, series, key, grain)
        looks = {look.what: _NO_LOOK_YET} | known if look is not None else None
    references = References(
        recipient.patient or NOT_THERE_YET.subject,
        known.get("gateway", NOT_THERE_YET.gateway),
        devices,
        looks,
    )
    if grain != "raw":
        key = Key(id_.series, *bucket(grain, zone, id_.start), grain, 0, 0)
    candidate: Candidate | None = again(db, series, key, grain)
    if candidate is None:
        raise LookupError("There is no such reading.")
    if candidate.doubt:
        raise LookupError(candidate.doubt)
    letters, refused = compose(db, recipient, references, series, grain, [candidate], now)
    if not letters:
        raise LookupError(refused[0][1])
    return letters[0].body
