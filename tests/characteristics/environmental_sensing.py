"""Environmental Sensing Service: carbon monoxide in the air of a room."""

from __future__ import annotations

from decimal import Decimal

from adapters.ble.characteristics import carbon_monoxide
from adapters.ble.characteristics.carbon_monoxide import CarbonMonoxideConcentration
from adapters.ble.formats.numbers import SFLOAT, Special
from tests.ble_packets import packet, uint16
from tests.characteristics import Case, Vector

_SUPPLEMENT = "field by field: GATT Specification Supplement, Carbon Monoxide Concentration: "

CASES = (
    Case(
        "carbon monoxide",
        CarbonMonoxideConcentration,
        uint16.map(lambda code: CarbonMonoxideConcentration(SFLOAT.decode(code))),
        (
            Vector(
                "2283",
                CarbonMonoxideConcentration(Decimal("8.02e-6")),
                "IEEE 11073-20601, Annex F: 802 e-8 (7 ppm at 25 °C and 1 atm)",
            ),
            Vector(
                "ff07",
                CarbonMonoxideConcentration(Special.NAN),
                _SUPPLEMENT + "NaN where the value is not valid or not available",
            ),
            Vector(
                "0008",
                CarbonMonoxideConcentration(Special.NRES),
                _SUPPLEMENT + "NRes outside the range",
            ),
        ),
        told=lambda data: carbon_monoxide.readings(packet(data)),
    ),
)
