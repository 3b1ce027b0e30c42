"""Environmental Sensing Service: carbon monoxide in the air of a room."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from adapters.ble.characteristics import carbon_monoxide
from adapters.ble.characteristics.carbon_monoxide import CarbonMonoxideConcentration
from adapters.ble.characteristics.es_configuration import EsConfiguration
from adapters.ble.characteristics.es_measurement import EsMeasurement
from adapters.ble.characteristics.es_trigger_setting import Condition, EsTriggerSetting
from adapters.ble.characteristics.valid_range import ValidRange
from adapters.ble.formats.numbers import SFLOAT, Special
from adapters.ble.hearing import Hearing
from tests.ble_packets import packet, uint8, uint16, uint24
from tests.characteristics import Case, Vector

_SUPPLEMENT = "field by field: GATT Specification Supplement, Carbon Monoxide Concentration: "
_SERVICE = "field by field: Environmental Sensing Service 1.0.1, "
_ZEPHYR = _SERVICE + "3.1.2, with the numbers of Zephyr, samples/bluetooth/peripheral_esp, sensor_1"

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
        told=lambda data: carbon_monoxide.readings(packet(data), Hearing()),
    ),
    Case(
        "ES measurement",
        EsMeasurement,
        st.builds(EsMeasurement, uint8, uint24, uint24, uint8, uint8),
        (
            Vector(
                "0000" + "00" + "010000" + "050000" + "1c" + "04",
                EsMeasurement(0, 1, 5, 0x1C, 4),
                _ZEPHYR,
            ),
        ),
    ),
    Case(
        "ES trigger setting",
        EsTriggerSetting,
        st.one_of(
            st.sampled_from([Condition.INACTIVE, Condition.CHANGED]).map(EsTriggerSetting),
            st.builds(
                EsTriggerSetting, st.sampled_from([Condition.EVERY, Condition.NOT_WITHIN]), uint24
            ),
            st.builds(
                EsTriggerSetting,
                st.sampled_from(list(Condition)[Condition.BELOW :]),
                st.none(),
                uint16.map(SFLOAT.decode),
            ),
        ),
        (
            Vector(
                "03",
                EsTriggerSetting(Condition.CHANGED),
                _ZEPHYR,
            ),
            Vector(
                "06" + "2283",
                EsTriggerSetting(Condition.ABOVE, reference=Decimal("8.02e-6")),
                _SERVICE + "3.1.2; IEEE 11073-20601, Annex F",
            ),
        ),
    ),
    Case(
        "ES configuration",
        EsConfiguration,
        st.booleans().map(EsConfiguration),
        (
            Vector("00", EsConfiguration(False), _SERVICE + "3.1.2, boolean AND"),
            Vector("01", EsConfiguration(True), _SERVICE + "3.1.2, boolean OR"),
        ),
    ),
    Case(
        "valid range",
        ValidRange,
        st.builds(ValidRange, uint16.map(SFLOAT.decode), uint16.map(SFLOAT.decode)),
        (
            Vector(
                "0000" + "2283",
                ValidRange(Decimal(0), Decimal("8.02e-6")),
                "field by field: GATT Specification Supplement, Valid Range",
            ),
        ),
    ),
)
