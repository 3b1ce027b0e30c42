"""Records of clinics that the phone fetched: FHIR files, kept as they came and not interpreted.

An entry of the main file names the file, its type and when it was received; the file itself
stands in the archive under `clinical-records`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from adapters.errors import ReadingRefused
from adapters.healthkit.archive import CutShort, Member
from adapters.healthkit.elements import Entry
from adapters.healthkit.records import UNKNOWN_TYPE, Records, Row, text_of
from adapters.healthkit.report import ImportReport
from adapters.kinds import Kind
from adapters.reading import waveform

MISSING: Final = "record of a clinic whose file is not in the export"
NO_ENTRY: Final = "file of a clinic that no entry names"
NOT_FHIR: Final = "file of a clinic that is not FHIR"
TOO_MANY: Final = "more records of clinics than one export can have"
_MOST: Final = 200_000
_LARGEST: Final = 16 * 2**20


class ClinicalRecords:
    """Brings the entries of the main file and the files of the archive together."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._named: dict[str, tuple[Kind, Entry]] = {}

    def note(self, entry: Entry) -> None:
        """An entry of the main file; its file comes later.

        Raises:
            ReadingRefused: it names no file, or its type is not known.
        """
        row = self._records.type_of(entry)
        if row is None or row.shape != "document":
            raise ReadingRefused(UNKNOWN_TYPE)
        if len(self._named) >= _MOST:
            raise ReadingRefused(TOO_MANY)
        self._named[_name(text_of(entry, "resourceFilePath"))] = row.kind, entry

    def rows(self, files: Iterable[Member], report: ImportReport, block: int) -> Iterator[Row]:
        """A reading for each file that an entry names; the others are counted."""
        for file in files:
            named = self._named.pop(_name(file.name), None)
            if named is None:
                report.leave_out(NO_ENTRY)
                continue
            try:
                yield self._row(*named, _read(file, block))
            except ReadingRefused as refused:
                report.refuse(refused.reason, named[1].attributes["type"])
        for _, entry in self._named.values():
            report.refuse(MISSING, entry.attributes["type"])
        self._named.clear()

    def _row(self, kind: Kind, entry: Entry, data: bytes) -> Row:
        start = self._records.calendar.instant(text_of(entry, "receivedDate"))
        kept = waveform(0.0, "fhir+json", data)
        return self._records.row(kind, entry, start, 0, kept.digest, waveform=kept)


def _name(path: str) -> str:
    """Files are named anew in no export, but the folder above them bears the phone's language."""
    return path.replace("\\", "/").rpartition("/")[2]


def _read(file: Member, block: int) -> bytes:
    data = bytearray()
    try:
        for piece in file.blocks(block):
            data += piece
            if len(data) > _LARGEST:
                raise ReadingRefused("file of a clinic that is larger than 16 MiB")
        found = json.loads(data)
    except (CutShort, ValueError, RecursionError) as odd:
        raise ReadingRefused(NOT_FHIR) from odd
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        raise ReadingRefused(NOT_FHIR)
    return bytes(data)
