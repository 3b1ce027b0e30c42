"""The first step of the road: what a source yields is parted and stored.

Readings, facts and gaps go to `gateway.db`; local events to `local.db`, where their road ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.kinds import Kind
from adapters.local_events import LocalBatch, LocalEvent, Packet, Unclaimed
from adapters.reading import DeviceFacts, Gap, Instant, ReadingBatch, joined
from adapters.source import Arrival
from gateway.app import House
from gateway.journal import PacketJournal
from gateway.rights.claiming import of_known_users
from gateway.rights.several import new_questions, not_asked_about, waiting_numbers
from gateway.store.devices import Adapter
from gateway.store.intake import TakenIn


@dataclass(frozen=True, slots=True)
class Stored:
    """What one call of `take_in` committed.

    Attributes:
        taken: the store's own counts.
        acknowledged: the keyed name and the kind of each reading that is durable now, known
            ones too: after a crash a reading may be stored but not yet acknowledged.
    """

    taken: TakenIn
    acknowledged: list[tuple[str, Kind]] = field(default_factory=list)


def take_in(
    house: House,
    arrivals: Sequence[Arrival],
    *,
    adapter: Adapter,
    at: Instant,
    journal: PacketJournal | None = None,
) -> Stored:
    """Store what arrived; safe to call again with the same.

    Args:
        house: where.
        arrivals: what a source yielded, in its order.
        adapter: the way by which it came.
        at: when it was taken in.
        journal: where delivered records were kept before they were decoded; they are settled
            only after their readings are committed.

    Raises:
        StoreDamaged, StoreBusy, StoreFull: nothing of the readings was stored.
    """
    arrivals = _with_known_users(house, _not_asked_about(house, arrivals, adapter), at)
    batches = joined(one for one in arrivals if isinstance(one, ReadingBatch))
    for facts in arrivals:
        if isinstance(facts, DeviceFacts):
            _meet(house, facts, adapter, at)
    taken = house.readings.take_in(
        batches, at=at, source=adapter, simulated=house.simulation, with_all_keys=adapter == "ble"
    )
    for gap in arrivals:
        if isinstance(gap, Gap):
            house.readings.note_gap(gap)
    _keep_here(house, arrivals, journal, at)
    kinds = (batch.kind for batch in batches for _ in range(len(batch)))
    named = zip(taken.all_keys, kinds, strict=False)
    return Stored(taken, [(key, kind) for key, kind in named if key is not None])


def _with_known_users(house: House, arrivals: Sequence[Arrival], at: Instant) -> Sequence[Arrival]:
    """What came for nobody becomes somebody's, where that was said since the radio looked."""
    if not any(isinstance(one, LocalBatch) and _unclaimed(one) for one in arrivals):
        return arrivals
    willing = [one.key for one in house.people.list() if house.may_collect(one.key, "ble", at)]
    made: list[Arrival] = []
    for one in arrivals:
        if not isinstance(one, LocalBatch) or not (events := _unclaimed(one)):
            made.append(one)
            continue
        taken, left = of_known_users(events, house.slots, willing)
        others = [event for event in one.events if not isinstance(event, Unclaimed)]
        made += [*taken, LocalBatch([*new_questions(left, house.readings), *others])]
    return made


def _not_asked_about(
    house: House, arrivals: Sequence[Arrival], adapter: Adapter
) -> Sequence[Arrival]:
    """Without records of which somebody was asked whose they are; a device may send them again."""
    if adapter != "ble":
        return arrivals
    numbers = waiting_numbers(house.slots, house.local.db)
    made: list[Arrival] = []
    for one in arrivals:
        if not isinstance(one, ReadingBatch) or one.live:
            made.append(one)
        elif len(left := not_asked_about(one, house.local.db, numbers.get(one.device, ()))):
            made.append(left)
    return made


def _unclaimed(batch: LocalBatch) -> list[Unclaimed]:
    return [event for event in batch.events if isinstance(event, Unclaimed)]


def _meet(house: House, facts: DeviceFacts, adapter: Adapter, at: Instant) -> None:
    """Write down what a device says of its make; one that came with an import is new here."""
    if house.devices.get(facts.device) is not None:
        house.devices.facts(facts)
    elif adapter == "healthkit":
        house.devices.add(
            facts, adapter=adapter, profile=adapter, simulated=house.simulation, now=at
        )


def _keep_here(
    house: House, arrivals: Sequence[Arrival], journal: PacketJournal | None, at: Instant
) -> None:
    local: list[LocalEvent] = []
    settled: list[int] = []
    for batch in arrivals:
        if not isinstance(batch, LocalBatch):
            continue
        for event in batch.events:
            if isinstance(event, Packet) and event.stored and journal is not None:
                settled += journal.settle(event)
            else:
                local.append(event)
    if local:
        house.local.take_in(LocalBatch(local))
    if settled:
        house.local.taken_in(settled)
    if any(isinstance(event, Unclaimed) for event in local):
        house.whose().finish(at)  # somebody may have answered meanwhile
