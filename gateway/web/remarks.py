"""What is known of a reading beside its value, in words: what is doubtful, where it was taken."""

from __future__ import annotations

from adapters.reading import Quality, quality_of
from fhir_mappings.words import OF_THE_VALUE
from gateway.htmlkit.language import gettext as _
from gateway.store.query import ReadingRow


def remarks(
    doubts: Quality, place: str, situation: str = "", *, corrected: bool = False
) -> list[str]:
    """A short phrase for each thing that is known; none where nothing is."""
    said = [words for quality, words in quality_words().items() if doubts & quality]
    if place:
        said.insert(0, place_words()[place])
    if situation:
        said.insert(0, situation_words()[situation])
    if corrected:
        said.append(_("corrected"))
    return said


def doubts_now(reading: ReadingRow) -> Quality:
    """What is doubtful of a reading as it stands, as a recipient is told too.

    What the device said of its own value is not said of another that a person put in its place.
    """
    quality = quality_of(reading.flags)
    return quality & ~OF_THE_VALUE if is_corrected(reading) else quality


def is_corrected(reading: ReadingRow) -> bool:
    """Whether another value stands in the place of the one that the device sent."""
    return reading.current_value is not None and reading.current_value != reading.value


def quality_words() -> dict[Quality, str]:
    """Every doubt that a device or this program may have about a reading."""
    return {
        Quality.NOT_A_MEASUREMENT: _("a test of the device, not of you"),
        Quality.NO_SKIN_CONTACT: _("sensor off the skin"),
        Quality.MOVED: _("you moved while it measured"),
        Quality.LOOSE: _("the cuff or sensor did not sit well"),
        Quality.WRONG_POSITION: _("not held in the right place"),
        Quality.IRREGULAR_PULSE: _("the device noticed an irregular pulse"),
        Quality.BEYOND_RANGE: _("beyond what the device can measure"),
        Quality.NOT_SETTLED: _("an early estimate"),
        Quality.POOR_SIGNAL: _("weak signal"),
        Quality.DEVICE_FAULT: _("the device reported a fault of its own"),
        Quality.NOT_CALIBRATED: _("the device asked to be calibrated"),
        Quality.BELOW_LIMIT: _("below a limit set on the device"),
        Quality.ABOVE_LIMIT: _("above a limit set on the device"),
        Quality.ENTERED_BY_HAND: _("entered by hand"),
        Quality.CLOCK_NOT_TRUSTED: _("the device’s clock was wrong"),
        Quality.CLOCK_CORRECTED: _("the device’s clock was off; the time was set right"),
        Quality.TIME_OF_ARRIVAL: _("the time is when it arrived; the device told none"),
        Quality.POSSIBLE_DUPLICATE: _("perhaps the same as another one"),
        Quality.VALUE_AS_CONVERTED: _("converted from another unit"),
    }


def place_words() -> dict[str, str]:
    """Where a reading was taken: on the body, or from which sample."""
    return {
        "armpit": _("armpit"),
        "body": _("body"),
        "ear": _("ear"),
        "finger": _("finger"),
        "gastrointestinal tract": _("inside the body"),
        "mouth": _("mouth"),
        "rectum": _("rectum"),
        "toe": _("toe"),
        "tympanum": _("eardrum"),
        "chest": _("chest"),
        "wrist": _("wrist"),
        "hand": _("hand"),
        "ear lobe": _("ear lobe"),
        "foot": _("foot"),
        "arm": _("arm"),
        "forehead": _("forehead"),
        "capillary whole blood": _("blood from a fingertip"),
        "capillary plasma": _("blood from a fingertip (plasma)"),
        "venous whole blood": _("blood from a vein"),
        "venous plasma": _("blood from a vein (plasma)"),
        "arterial whole blood": _("blood from an artery"),
        "arterial plasma": _("blood from an artery (plasma)"),
        "whole blood": _("blood"),
        "plasma": _("blood (plasma)"),
        "interstitial fluid": _("fluid under the skin"),
        "control solution": _("test liquid"),
        "temporal artery": _("temple"),
    }


def situation_words() -> dict[str, str]:
    """In what situation a reading was made."""
    return {
        "at rest": _("at rest"),
        "active": _("active"),
        "before a meal": _("before a meal"),
        "after a meal": _("after a meal"),
        "basal insulin": _("basal insulin"),
        "insulin for a meal": _("insulin for a meal"),
        "first day of a cycle": _("first day of a cycle"),
        "with protection": _("with protection"),
        "without protection": _("without protection"),
        "spot check": _("a spot check"),
    }
