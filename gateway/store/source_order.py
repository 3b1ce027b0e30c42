"""Which source counts first, where several counted the same: as the person says, or as they are.

What is worn knows more than what lies in a pocket, and that more than what was typed in.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.kinds import Kind, all_kinds
from adapters.reading import DeviceKey, Instant, PersonKey, SourceKey
from gateway.store.driver import Database, transaction
from gateway.store.series import list_series

_WORN, _CARRIED, _OTHER = range(3)


@dataclass(frozen=True, slots=True)
class Origin:
    """A device and what passed its readings on.

    Attributes:
        chosen: whether the person put it where it stands.
        kinds: of which it counted something that others may have counted too.
    """

    device: DeviceKey
    source: SourceKey
    chosen: bool
    kinds: tuple[Kind, ...]


def adds_up(kind: Kind) -> bool:
    """Whether readings of a kind are amounts."""
    row = all_kinds().get(kind)
    return row is not None and row.aggregation == "sum" and row.shape == "quantity"


def overlaps(kind: Kind) -> bool:
    """Whether several sources may count the same of a kind: what somebody moves, not what is taken.

    A pump and an app that tell of insulin in the same hour tell of two doses; a watch and a phone
    that count steps in the same hour count one walk.
    """
    return adds_up(kind) and all_kinds()[kind].consent == "activity"


class SourceOrder:
    """The order of the sources of each person."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, person: PersonKey) -> list[Origin]:
        """Every source of what may overlap, the one that counts first first."""
        kinds: dict[tuple[DeviceKey, SourceKey], list[Kind]] = {}
        for one in list_series(self._db, person, spans=False):
            if overlaps(one.kind) and one.n:
                kinds.setdefault((one.device, one.source), []).append(one.kind)
        places = self._places(person)
        ranks = {pair: self._rank(pair, places) for pair in kinds}
        return [
            Origin(*pair, pair in places, tuple(sorted(kinds[pair])))
            for pair in sorted(kinds, key=lambda pair: ranks[pair])
        ]

    def series(self, person: PersonKey, kind: Kind) -> list[int]:
        """The series of a kind, the one that counts first first."""
        places = self._places(person)
        found = list_series(self._db, person, kind, spans=False)
        if len(found) > 1:
            found.sort(key=lambda one: self._rank((one.device, one.source), places))
        return [one.id for one in found]

    def put_first(
        self, person: PersonKey, device: DeviceKey, source: SourceKey, at: Instant
    ) -> None:
        """Let a source count before all others; the others keep their order.

        All totals are reckoned anew.
        """
        with transaction(self._db):
            self._db.conn.execute(
                "INSERT INTO source_order SELECT ?, ?, ?, COALESCE(MIN(place), 0) - 1, ?"
                " FROM source_order WHERE person = ?"
                " ON CONFLICT (person, device, source) DO UPDATE SET place = excluded.place,"
                " at = excluded.at",
                (person, device, source, at, person),
            )
            self._db.conn.execute(
                "INSERT INTO unresolved SELECT DISTINCT s.person, s.kind, q.bucket / 24"
                " FROM series s JOIN hour q ON q.series = s.id WHERE s.person = ?"
                " ON CONFLICT DO NOTHING",
                (person,),
            )

    def _places(self, person: PersonKey) -> dict[tuple[DeviceKey, SourceKey], int]:
        rows = self._db.conn.execute(
            "SELECT device, source, place FROM source_order WHERE person = ?", (person,)
        )
        return {(DeviceKey(device), SourceKey(source)): place for device, source, place in rows}

    def _rank(
        self,
        pair: tuple[DeviceKey, SourceKey],
        places: dict[tuple[DeviceKey, SourceKey], int],
    ) -> tuple[int, int, int, str]:
        """Chosen ones first, then by what they are; of two alike the one added last."""
        if pair in places:
            return 0, places[pair], 0, ""
        row = self._db.conn.execute(
            "SELECT adapter, model, title, added_at FROM device WHERE key = ?", (pair[0],)
        ).fetchone()
        if row is None:
            return 1, _OTHER, 0, "|".join(pair)
        adapter, model, title, added_at = row
        is_ = f"{model} {title}".lower()
        worn = adapter == "ble" or "watch" in is_
        sort = _WORN if worn else _CARRIED if "phone" in is_ else _OTHER
        return 1, sort, -int(added_at), "|".join(pair)
