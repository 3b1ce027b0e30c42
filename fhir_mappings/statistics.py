"""What a summary says beside its value: the lowest, the highest, how many.

Source: HL7 FHIR R4 4.0.1, observation-statistics.
"""

from __future__ import annotations

from typing import Final

from adapters.kinds import row_of as kind_row_of
from fhir_mappings.shape import Shape
from fhir_mappings.systems import STATISTICS
from fhir_mappings.table import Coding, Unit

_LOWEST = Coding(system=STATISTICS, code="minimum", display="Minimum")
_HIGHEST = Coding(system=STATISTICS, code="maximum", display="Maximum")
_COUNT = Coding(system=STATISTICS, code="count", display="Count")
BESIDE: Final[dict[str, tuple[Coding, ...]]] = {
    "mean": (_LOWEST, _HIGHEST, _COUNT),
    "sum": (_COUNT,),
}
"""By how readings of a kind come together; in the order of a summary's parts after the first."""

COUNT_UNIT: Final = Unit(code="1", words="readings")


def beside(shape: Shape) -> tuple[Coding, ...]:
    """What stands beside the value of a summary of this shape; nothing of a reading as it came."""
    kind = kind_row_of(shape.kind)
    if shape.grain == "raw" or kind.shape != "quantity":
        return ()
    return BESIDE.get(kind.aggregation, ())
