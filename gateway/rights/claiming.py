"""From what waited, or came for nobody, to readings of somebody."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.local_events import Unclaimed
from adapters.reading import PersonKey, ReadingBatch, SourceKey, batches
from gateway.store.slots import Slots
from gateway.store.unclaimed import Waiting

_RADIO = SourceKey("radio")


def as_batch(one: Waiting, person: PersonKey) -> ReadingBatch:
    """A reading that waited, as this person's."""
    return ReadingBatch(
        person=person,
        kind=one.kind,
        device=one.device,
        source=_RADIO,
        starts=[one.start],
        durations=[one.duration],
        values=[one.value],
        decimals=[one.decimals],
        nths=[one.nth],
        flags=[one.flags],
        records=[one.record] if one.record else (),
        looks=[one.look] if one.look else (),
    )


def of_known_users(
    events: Iterable[Unclaimed], slots: Slots, willing: Iterable[PersonKey]
) -> tuple[list[ReadingBatch], list[Unclaimed]]:
    """Part what came for nobody by what was said of its user number since the radio looked.

    What is of a guest, or of somebody who does not allow it now, is let go.

    Returns:
        readings of known people, and what has to wait.
    """
    said = {(one.device, one.user): one.person for one in slots.list()}
    others = slots.all_others()
    allowed = set(willing)
    taken: list[ReadingBatch] = []
    left: list[Unclaimed] = []
    for event in events:
        key = event.device, event.user
        if key not in said and event.device not in others:
            left.append(event)
            continue
        person = said[key] if key in said else others[event.device]
        if person is not None and person in allowed:
            records = [event.record] if event.record else ()
            taken += batches(person, event.device, _RADIO, [event.reading], records=records)
    return taken, left
