"""The only free-standing words that an Observation may carry: closed lists, no text from outside.

Sources: Bluetooth Heart Rate Service 1.0, 3.2 Body Sensor Location; Health Thermometer Service 1.0,
Temperature Type; Glucose Service 1.0.1, Type-Sample Location; SNOMED CT International, body
structures; HL7 FHIR R4 4.0.1, data-absent-reason; HL7 Point-of-Care Device guide, measurement
status codes; HL7 PHD 2.0.0, Numeric Observation Profile, Measurement Status.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.reading import Absence, Quality, place_of, quality_of, situation_of
from fhir_mappings.errors import MappingError

BODY_SITES: dict[str, tuple[str, str]] = {
    "chest": ("51185008", "Thoracic structure"),
    "wrist": ("8205005", "Wrist region structure"),
    "finger": ("7569003", "Finger structure"),
    "hand": ("85562004", "Hand structure"),
    "ear": ("117590005", "Ear structure"),
    "ear lobe": ("48800003", "Ear lobule structure"),
    "foot": ("56459004", "Foot structure"),
    "arm": ("53120007", "Upper limb structure"),
    "armpit": ("91470000", "Axillary region structure"),
    "mouth": ("74262004", "Oral cavity structure"),
    "rectum": ("34402009", "Rectum structure"),
    "gastrointestinal tract": ("122865005", "Gastrointestinal tract structure"),
    "toe": ("29707007", "Toe structure"),
    "tympanum": ("42859004", "Tympanic membrane structure"),
    "forehead": ("52795006", "Forehead structure"),
    "temporal artery": ("15672000", "Structure of superficial temporal artery"),
}
"""Where a sensor may be worn or held, with its SNOMED CT code (sent only where permitted)."""

SAMPLES = (
    "capillary whole blood",
    "capillary plasma",
    "venous whole blood",
    "venous plasma",
    "arterial whole blood",
    "arterial plasma",
    "whole blood",
    "plasma",
    "interstitial fluid",
)
"""What may be measured in place of the body itself: said by the codes, never a body site."""

ALSO_COUNTED = (
    "Another device of this person may have counted some of the same; sums of different devices"
    " are not to be added."
)
"""What is said of a sum where there are several sources of what somebody moves."""

CORRECTED = "Corrected by the patient."
"""What is said of a value that the device did not measure: a person wrote it in its place."""

NOWHERE = ("", "body")
"""Places that part no reading from any other."""

REFUSED = ("control solution",)
"""Places where nothing of a person can be measured."""

ABSENT: dict[str, str] = {
    Absence.NOT_A_NUMBER.value: "Not a Number (NaN)",
    Absence.NEGATIVE_INFINITY.value: "Negative Infinity (NINF)",
    Absence.POSITIVE_INFINITY.value: "Positive Infinity (PINF)",
    Absence.ERROR.value: "Error",
    Absence.UNKNOWN.value: "Unknown",
    Absence.NOT_PERFORMED.value: "Not Performed",
}
"""The words of data-absent-reason."""

STATUSES: dict[str, str] = {
    "questionable": "Questionable",
    "calibration-ongoing": "Calibration ongoing",
    "early-indication": "Early indication",
    "in-alarm": "Measurement in alarm",
}
"""The measurement statuses that can be said, with the words that their system has for them."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is said of a reading with one bit of quality.

    Attributes:
        note: in plain words.
        status: one of `STATUSES`, where the value itself is meant and not its time or origin.
    """

    note: str
    status: str = ""


DOUBTS: dict[Quality, Doubt] = {
    Quality.NO_SKIN_CONTACT: Doubt(
        "The sensor reported that it had no contact with the skin.", "questionable"
    ),
    Quality.ENTERED_BY_HAND: Doubt("Entered by hand."),
    Quality.CLOCK_NOT_TRUSTED: Doubt(
        "The clock of the device was not right; the time is uncertain."
    ),
    Quality.POSSIBLE_DUPLICATE: Doubt("Another source may have recorded the same measurement."),
    Quality.MOVED: Doubt("The device noticed movement during the measurement.", "questionable"),
    Quality.LOOSE: Doubt("The device reported that it did not sit as it should.", "questionable"),
    Quality.WRONG_POSITION: Doubt(
        "The device reported that it was not held in the right position.", "questionable"
    ),
    Quality.IRREGULAR_PULSE: Doubt("The device noticed an irregular pulse."),
    Quality.BEYOND_RANGE: Doubt(
        "The true value is beyond what the device can measure.", "questionable"
    ),
    Quality.NOT_SETTLED: Doubt(
        "An early estimate: the device had not finished measuring.", "early-indication"
    ),
    Quality.POOR_SIGNAL: Doubt(
        "The device reported a weak or disturbed signal, or too little sample.", "questionable"
    ),
    Quality.DEVICE_FAULT: Doubt("The device reported a fault of its own.", "questionable"),
    Quality.NOT_CALIBRATED: Doubt(
        "The device asked for a calibration, or was being calibrated.", "calibration-ongoing"
    ),
    Quality.BELOW_LIMIT: Doubt("Below a limit that is set on the device.", "in-alarm"),
    Quality.ABOVE_LIMIT: Doubt("Above a limit that is set on the device.", "in-alarm"),
    Quality.CLOCK_CORRECTED: Doubt(
        "The clock of the device was off; the time was set right by as much."
    ),
    Quality.VALUE_AS_CONVERTED: Doubt(
        "The device measured in another unit; the digits are those of the conversion."
    ),
    Quality.TIME_OF_ARRIVAL: Doubt(
        "The device told no time; the time is that at which the reading arrived."
    ),
}
"""What is said for each bit of quality but `NOT_A_MEASUREMENT`, which is never sent."""

_KNOWN = sum(DOUBTS)

OF_THE_VALUE = (
    Quality.NO_SKIN_CONTACT
    | Quality.MOVED
    | Quality.LOOSE
    | Quality.WRONG_POSITION
    | Quality.BEYOND_RANGE
    | Quality.NOT_SETTLED
    | Quality.POOR_SIGNAL
    | Quality.DEVICE_FAULT
    | Quality.NOT_CALIBRATED
    | Quality.BELOW_LIMIT
    | Quality.ABOVE_LIMIT
    | Quality.VALUE_AS_CONVERTED
)
"""What judges the value that the device measured; nothing of another that stands in its place."""


def doubts(flags: int, *, corrected: bool = False) -> tuple[Doubt, ...]:
    """What is said of a reading with these flags, in the order of the bits.

    Args:
        flags: as stored.
        corrected: whether the value is not the one that the device measured.

    Raises:
        MappingError: it is no measurement of the person, or a bit is not known.
    """
    quality = quality_of(flags)
    if quality & Quality.NOT_A_MEASUREMENT:
        raise MappingError("it is no measurement of the person")
    if quality & ~_KNOWN:
        raise MappingError("a quality flag is not known")
    if corrected:
        quality &= ~OF_THE_VALUE
    return tuple(doubt for bit, doubt in DOUBTS.items() if quality & bit)


def place(flags: int) -> str:
    """Where the reading says that it was measured; empty where it does not, or says nothing by it.

    Raises:
        MappingError: the place is not known, or is none of the person's.
    """
    try:
        said = place_of(flags)
    except IndexError:
        raise MappingError("the place is not known") from None
    if said in REFUSED:
        raise MappingError("it is no measurement of the person")
    return "" if said in NOWHERE else said


SPOT_CHECK = "spot check"
"""One look at a value, in place of a series of them: PHD has a code for it, beside the note."""


def situation(flags: int) -> str:
    """In what situation the reading says that it was made, as a note; empty where it does not.

    Raises:
        MappingError: the situation is not known.
    """
    try:
        said = situation_of(flags)
    except IndexError:
        raise MappingError("the situation is not known") from None
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def site(words: str) -> str:
    """The body site that is meant, ``"ear-lobe"`` for ``"ear lobe"``; empty if none is known."""
    plain = words.strip().lower().replace("-", " ").replace("_", " ")
    return plain if plain in BODY_SITES else ""
