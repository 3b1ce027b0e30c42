"""What the phone says of its owner: birth date, sex, blood and skin type, and the like.

It is read only where the person asked for it. What somebody is born with counts from the day of
birth, the rest from the day of the export.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from adapters.errors import ReadingRefused
from adapters.healthkit.elements import Entry
from adapters.healthkit.records import Records, Row
from adapters.healthkit.rings import OF_HEALTH, midnight
from adapters.healthkit.types import all_types
from adapters.reading import Instant

_BORN: Final = "HKCharacteristicTypeIdentifierDateOfBirth"
_INBORN: Final = frozenset({"date_of_birth", "biological_sex", "blood_type", "skin_type"})
_SAID = re.compile(r"[A-Za-z0-9+, -]{1,80}", re.ASCII)
_NOTHING: Final = ("", "NotSet", "None")


def owner_rows(records: Records, entry: Entry, exported: Instant) -> Iterator[Row]:
    """A reading for each thing that is set.

    Args:
        records: makes rows.
        entry: the element `Me`.
        exported: when the export was made.
    """
    try:
        born = midnight(entry.attributes.get(_BORN, ""))
    except ReadingRefused:
        born = exported
    for name, said in entry.attributes.items():
        row = all_types().get(name)
        if row is None or said.endswith(_NOTHING[1:]) or not _SAID.fullmatch(said):
            continue
        start = born if row.kind in _INBORN else exported
        yield records.row(row.kind, entry, start, 0, said, source=OF_HEALTH)
