"""Entries and files that no reading can be made of, each with the reason that must be given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scripts.export_text import Printer, attributes
from scripts.export_truth import Truth

NOBODYS: Final = "file of a clinic that no entry names"
_NOT_KNOWN: Final = "type not known to this version"
_HEART: Final = "HKQuantityTypeIdentifierHeartRate"
_ODD: Final = (
    ("the value is not a number", {"value": "many"}),
    ("the value is not a number", {"value": "NaN"}),
    ("unit not known to this version", {"unit": "furlong"}),
    ("a date cannot be read", {"startDate": "yesterday"}),
    ("an entry without type, source, value or date", {"value": ""}),
    ("an entry without type, source, value or date", {"sourceName": ""}),
    ("an entry without type, source, value or date", {"type": ""}),
    (_NOT_KNOWN, {"type": "My secret type"}),
    (
        "a percentage above 100",
        {"type": "HKQuantityTypeIdentifierOxygenSaturation", "unit": "%", "value": "97"},
    ),
    (
        "value not known to this version",
        {"type": "HKCategoryTypeIdentifierNausea", "unit": "", "value": "a little"},
    ),
)


def bad_entries(printer: Printer, until: int, truth: Truth) -> Iterator[str]:
    """Records that are odd in one way each, and entries that are empty or of no known sort."""
    date, before = printer.date(until - 3600), printer.date(until - 7200)
    good = {
        "type": _HEART, "sourceName": "Scale App", "unit": "count/min",
        "startDate": date, "endDate": date, "value": "61",
    }  # fmt: skip
    for reason, odd in _ODD:
        truth.refuse(reason)
        yield f" <Record{attributes(good | odd)}/>\n"
    truth.refuse("it ends before it starts")
    yield f" <Record{attributes(good | {'endDate': before})}/>\n"
    truth.refuse("an entry of a sort not known to this version")
    yield " <Something/>\n"
    truth.refuse(_NOT_KNOWN)
    yield f" <Correlation{attributes(good | {'type': 'HKCorrelationTypeIdentifierNew'})}/>\n"
    for name in ("Audiogram", "VisionPrescription", "ActivitySummary"):
        truth.refuse("an entry without type, source, value or date")
        yield f" <{name}/>\n"


def odd_files(truth: Truth) -> Iterator[tuple[str, Iterator[str]]]:
    """Files beside the main one that cannot be read, or that belong to nobody."""
    truth.left_out[NOBODYS] += 1
    yield "clinical-records/Observation-nobody.json", iter(['{"resourceType": "Observation"}'])
    for name, text in (("empty", ""), ("words", "Name,Robin\n\nnot a curve\n")):
        truth.ecgs += 1
        truth.refuse("electrocardiogram that cannot be read")
        yield f"electrocardiograms/ecg_{name}.csv", iter([text])
