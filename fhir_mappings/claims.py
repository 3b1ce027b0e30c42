"""Which profiles an Observation says that it fulfils: those that hold, and the recipient knows.

Sources: HL7 FHIR R4 4.0.1, Vital Signs Profile; HL7 PHD 2.0.0; HL7 CGM 1.0.0; HL7 PHR
1.0.0-ballot2.
"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.kinds import row_of
from fhir_mappings import sampled, systems
from fhir_mappings.shape import Shape
from fhir_mappings.table import Coding, Row


def claims(
    shape: Shape, row: Row, codings: Sequence[Coding], parts: Sequence[str], *, period: bool
) -> list[str]:
    """The addresses that stand in `meta.profile`.

    Args:
        shape: of the Observation; its ``profiles`` are what the recipient knows.
        row: of its kind.
        codings: what its code holds; the profiles of a row are those of its primary code.
        parts: what stands in it, as in `observation.Slots`.
        period: whether it is of a time and not of an instant.
    """
    claimed = [
        one
        for one in row.profiles
        if row.code in codings
        and _is_known(shape, one)
        and _holds(one, shape, parts, period=period)
    ]
    phd = _phd(shape, row, parts)
    if phd in shape.profiles and _as_a_phd_sent_it(shape, codings):
        claimed.append(phd)
    return claimed


def _is_known(shape: Shape, profile: str) -> bool:
    of_r4 = profile.rpartition("/")[0] == systems.VITAL_SIGNS.rpartition("/")[0]
    return (of_r4 and systems.VITAL_SIGNS in shape.profiles) or profile in shape.profiles


def is_vital_sign(profile: str) -> bool:
    """Whether a profile is made from that of R4's vital signs."""
    base = systems.VITAL_SIGNS.rpartition("/")[0]
    return profile.startswith((f"{base}/", systems.US_CORE, systems.PHR))


def _holds(profile: str, shape: Shape, parts: Sequence[str], *, period: bool) -> bool:
    """Some profiles want an instant; those of HL7 PHR are for what a phone kept.

    A glucose sensor's reading is a value of an instant. Vital signs may be of a period by the words
    of vs-1, but its expression is not true of one, and validators go by the expression.
    """
    if profile == systems.CGM_READING:
        return not period and not parts[0].startswith("absent:")
    if profile.startswith(systems.PHR) and shape.adapter != "healthkit":
        return False
    return not (period and is_vital_sign(profile))


def _phd(shape: Shape, row: Row, parts: Sequence[str]) -> str:
    """The profile for what the row holds; none for a word that MDC has no code for.

    None for samples that are not there either: they are no number, and no samples.
    """
    if row.components:
        return systems.PHD_COMPOUND
    if row_of(shape.kind).shape == "waveform":
        return systems.PHD_RTSA if sampled.SEPARATOR in parts[0] else ""
    if row.unit is not None:
        return systems.PHD_NUMERIC
    word = row.values.get(parts[0])
    return systems.PHD_CODED if word is None or word.system == systems.MDC else ""


def _as_a_phd_sent_it(shape: Shape, codings: Sequence[Coding]) -> bool:
    """Whether PHD's profiles hold: an MDC code, both devices, and not our own mean or sum."""
    from_mdc = any(coding.system == systems.MDC for coding in codings)
    devices = shape.device and shape.gateway_device
    return bool(shape.adapter == "ble" and from_mdc and devices and shape.grain == "raw")
