"""What an import found, made and left out. Nothing is silent, and nothing here is a value."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

NOT_KEPT: Final = "places, which you did not ask to keep"
NOT_ASKED: Final = "birth date, sex, blood and skin type, which you did not ask for"
"""Of what is left out, that which somebody could ask for."""

_IDENTIFIER = re.compile(r"HK[A-Za-z0-9]{1,100}", re.ASCII)
_ELEMENTS = frozenset(
    {
        "Record",
        "Workout",
        "ActivitySummary",
        "ClinicalRecord",
        "Audiogram",
        "VisionPrescription",
        "Electrocardiogram",
    }
)
_MOST_TYPES = 500


@dataclass(slots=True)
class ImportReport:
    """The counts of one import.

    ``entries + beside == rows + duplicate + parts + sum(refused)``, and once the store has answered
    ``rows == new + known + changed + deleted_before``.

    Attributes:
        entries: measurements written in the export, at its top level.
        rows: readings made of them; ``beside``: those of an entry beside its first, such as the
            laps of a workout.
        new: readings that the store did not have; ``known``: that it had.
        changed: readings known in another unit or form; ``vanished``: known but no longer there.
        duplicate: copies of a reading within this export.
        deleted_before: readings that were deleted here and stay deleted.
        parts: blood pressure values that are part of another reading.
        refused: reason -> how many entries became no reading.
        examples: reason -> the type of the first such entry.
        unknown_types: type -> how many, of those that this version does not know; they are kept
            under Apple's name.
        unknown_metadata: Apple's keys of metadata of which nothing is read, each once; and how
            many keys of apps.
        left_out: what else the export holds and was not read -> how many.
        kinds: kind -> ``{"rows": …, "new": …}``.
        workouts: workouts in the export; ``routes``, ``positions``: places, which stay here.
        ecgs: electrocardiogram files; ``clinical``: files of clinics.
        renamed: apps, phones and devices whose readings were known under another name.
        identical: this very file was imported before, and nothing of it was read.
        resumed: an import of this file had been interrupted.
        refused_before: an import of this file had been refused, by rules that were changed since.
        exported: when the phone wrote the export, ms UTC; None if it does not say.
        cut_short: the file ends in the middle; what came before was kept.
        torn: the end of the archive is missing, and what else was in it; what is there was read.
        damaged_at: where the bytes of the main file are damaged, in percent of it: what came before
            was kept; 100 where only its checksum says so. None if they are whole.
        damaged: entries that no parser can read.
        replaced: bytes that XML forbids and that were replaced.
        passed_over: links and outside paths in the archive.
    """

    entries: int = 0
    rows: int = 0
    new: int = 0
    known: int = 0
    changed: int = 0
    vanished: int = 0
    beside: int = 0
    duplicate: int = 0
    deleted_before: int = 0
    parts: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)
    unknown_types: dict[str, int] = field(default_factory=dict)
    unknown_metadata: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    workouts: int = 0
    routes: int = 0
    positions: int = 0
    ecgs: int = 0
    clinical: int = 0
    renamed: int = 0
    identical: bool = False
    resumed: bool = False
    refused_before: bool = False
    exported: int | None = None
    cut_short: bool = False
    torn: bool = False
    damaged_at: int | None = None
    damaged: int = 0
    replaced: int = 0
    passed_over: int = 0
    seconds: float = 0.0
    peak_mib: float = 0.0

    @property
    def in_part(self) -> bool:
        """Whether the file is less than the export was, or not the same any more."""
        return self.cut_short or self.torn or self.damaged_at is not None

    @property
    def whole(self) -> bool:
        """Whether everything that was in the export could be read."""
        return not (self.in_part or self.damaged)

    def made(self, kind: str, rows: int) -> None:
        """Readings of a kind went on to the store."""
        self.rows += rows
        self._kind(kind)["rows"] += rows

    def stored(
        self, kind: str, *, new: int, known: int, changed: int = 0, deleted_before: int = 0
    ) -> None:
        """The store's answer for readings of a kind; the pipeline calls this."""
        self.new += new
        self.known += known
        self.changed += changed
        self.deleted_before += deleted_before
        self._kind(kind)["new"] += new

    def refuse(self, reason: str, example: str) -> None:
        """An entry became no reading; ``example`` is its type."""
        self.refused[reason] = self.refused.get(reason, 0) + 1
        self.examples.setdefault(reason, named(example))

    def unknown(self, identifier: str, count: int = 1) -> None:
        """Entries of a type that this version does not know."""
        name = named(identifier)
        if name in self.unknown_types or len(self.unknown_types) < _MOST_TYPES:
            self.unknown_types[name] = self.unknown_types.get(name, 0) + count

    def not_read(self, key: str, count: int = 1) -> None:
        """A key of metadata that is not on the list of what is read, and how often it came."""
        name = key if _IDENTIFIER.fullmatch(key) else "an app's own"
        if name in self.unknown_metadata or len(self.unknown_metadata) < _MOST_TYPES:
            self.unknown_metadata[name] = self.unknown_metadata.get(name, 0) + count

    def leave_out(self, what: str, count: int = 1) -> None:
        """Something that is no entry of its own was not read."""
        if count:
            self.left_out[what] = self.left_out.get(what, 0) + count

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> ImportReport:
        """A report that was kept, also by a version that had fewer counts."""
        return cls(**{name: kept[name] for name in cls.__slots__ if name in kept})

    def as_dict(self) -> dict[str, Any]:
        """The report as `import --json` prints it."""
        return {name: getattr(self, name) for name in self.__slots__}

    def _kind(self, kind: str) -> dict[str, int]:
        return self.kinds.setdefault(kind, {"rows": 0, "new": 0})


def named(identifier: str) -> str:
    """Apple's name, if it is one: any other text of the file might be somebody's words."""
    known = identifier in _ELEMENTS or _IDENTIFIER.fullmatch(identifier)
    return identifier if known else "an entry without Apple's name"


def peak_mib() -> float:
    """The most memory that this process ever held, in MiB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10
