"""A prescription for glasses or contact lenses. Its brand and its picture are not read.

Source: Apple's DTD of the export, version 14 (VisionPrescription, RightEye, LeftEye).
"""

from __future__ import annotations

from typing import Final

from adapters.errors import ReadingRefused
from adapters.healthkit.elements import Entry
from adapters.healthkit.parts import Parts
from adapters.healthkit.records import BACKWARDS, INCOMPLETE, Records, Row, text_of
from adapters.healthkit.report import ImportReport
from adapters.healthkit.rings import OF_HEALTH
from adapters.kinds import kind, row_of

GLASSES: Final = kind("glasses_prescription")
CONTACTS: Final = kind("contacts_prescription")
PICTURE: Final = "picture of a prescription"

_EYES: Final = {"RightEye": "right", "LeftEye": "left"}
_PARTS: Final = {
    "sphere": ("sphere", "D"),
    "cylinder": ("cylinder", "D"),
    "axis": ("axis", "deg"),
    "add": ("add", "D"),
    "vertex": ("vertex", "mm"),
    "prismAmount": ("prism_amount", "prism_diopter"),
    "prismAngle": ("prism_angle", "deg"),
    "farPD": ("far_pd", "mm"),
    "nearPD": ("near_pd", "mm"),
    "baseCurve": ("base_curve", "mm"),
    "diameter": ("diameter", "mm"),
}


def prescription_row(records: Records, entry: Entry, report: ImportReport) -> Row:
    """The reading of a `VisionPrescription`; it lasts as long as the prescription holds.

    Raises:
        ReadingRefused: a date is missing, a number is not readable, or nothing is in it.
    """
    of = CONTACTS if "contact" in text_of(entry, "type").lower() else GLASSES
    parts = Parts(row_of(of))
    for eye in entry.children:
        if eye.name not in _EYES:
            report.leave_out(PICTURE)
            continue
        for name, (part, unit) in _PARTS.items():
            written = eye.attributes.get(name)
            parts.add(f"{_EYES[eye.name]}_{part}", written, eye.attributes.get(f"{name}Unit", unit))
    if not parts.text:
        raise ReadingRefused(INCOMPLETE)
    start = records.calendar.instant(text_of(entry, "dateIssued"))
    until = entry.attributes.get("expirationDate")
    duration = records.calendar.instant(until) - start if until else 0
    if duration < 0:
        raise ReadingRefused(BACKWARDS)
    return records.row(of, entry, start, duration, parts.text, source=OF_HEALTH)
