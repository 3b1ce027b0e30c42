"""The only free-standing words that an Observation may carry: closed lists, no text from outside.

Sources: Bluetooth Heart Rate Service 1.0, 3.2 Body Sensor Location, and Health Thermometer
Service 1.0, Temperature Type; SNOMED CT International, body structures; HL7 FHIR R4 4.0.1,
data-absent-reason; HL7 PHD 2.0.0, Measurement-Status.
"""

from __future__ import annotations

from adapters.reading import Absence, Quality

BODY_SITES: dict[str, tuple[str, str]] = {
    "chest": ("51185008", "Thoracic structure"),
    "wrist": ("8205005", "Wrist region structure"),
    "finger": ("7569003", "Finger structure"),
    "hand": ("85562004", "Hand structure"),
    "ear lobe": ("48800003", "Ear lobule structure"),
    "foot": ("56459004", "Foot structure"),
    "arm": ("53120007", "Upper limb structure"),
    "armpit": ("91470000", "Axillary region structure"),
    "mouth": ("74262004", "Oral cavity structure"),
    "rectum": ("34402009", "Rectum structure"),
    "toe": ("29707007", "Toe structure"),
    "ear drum": ("42859004", "Tympanic membrane structure"),
}
"""Where a sensor may be worn, with its SNOMED CT code (sent only where permitted)."""

ABSENT: dict[str, str] = {
    Absence.NOT_A_NUMBER.value: "Not a Number (NaN)",
    Absence.NEGATIVE_INFINITY.value: "Negative Infinity (NINF)",
    Absence.POSITIVE_INFINITY.value: "Positive Infinity (PINF)",
    Absence.ERROR.value: "Error",
    Absence.UNKNOWN.value: "Unknown",
    Absence.NOT_PERFORMED.value: "Not Performed",
}
"""The words of data-absent-reason."""

NOTES: dict[Quality, str] = {
    Quality.NO_SKIN_CONTACT: "The sensor reported that it had no contact with the skin.",
    Quality.ENTERED_BY_HAND: "Entered by hand.",
    Quality.CLOCK_NOT_TRUSTED: "The clock of the device was not right; the time is uncertain.",
    Quality.POSSIBLE_DUPLICATE: "Another source may have recorded the same measurement.",
}
"""What is said beside a reading for each bit of its quality."""

QUESTIONABLE = Quality.NO_SKIN_CONTACT
"""Bits that make the value itself doubtful, not its time or origin."""

KNOWN_FLAGS = sum(NOTES)


def site(words: str) -> str:
    """The body site that is meant, ``"ear-lobe"`` for ``"ear lobe"``; empty if none is known."""
    plain = words.strip().lower().replace("-", " ").replace("_", " ")
    return plain if plain in BODY_SITES else ""
