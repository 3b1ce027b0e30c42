"""Device Information Service."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.ble.characteristics.device_information import InformationText
from adapters.ble.characteristics.pnp_id import Numbered, PnpId
from adapters.ble.characteristics.system_id import SystemId
from tests.ble_packets import uint16
from tests.characteristics import Case, Vector

CASES = (
    Case(
        "device information",
        InformationText,
        st.text(max_size=100).filter(str.isprintable).map(InformationText),
        (
            Vector(
                b"aBcXyZ".hex(),
                InformationText("aBcXyZ"),
                "eisaev/blevalueparser, tests/textstringtest.cpp, ToString",
            ),
            Vector(
                "506f6c617220456c656374726f204f79",
                InformationText("Polar Electro Oy"),
                "field by field: Device Information Service 1.1, 3.1: the "
                "manufacturer's name as UTF-8",
            ),
            Vector(
                "4831300000",
                InformationText("H10"),
                "field by field: GATT Specification Supplement, utf8s; zeros behind it as filling",
                canonical=False,
            ),
        ),
        shorter=lambda data: set(range(len(data))),
        longer=True,
    ),
    Case(
        "system id",
        SystemId,
        st.builds(SystemId, st.integers(0, 2**40 - 1), st.integers(0, 2**24 - 1)),
        (
            Vector(
                "debc9afeff563412",
                SystemId(0xFFFE9ABCDE, 0x123456),
                "Device Information Service 1.1, 3.6: its own example, address 12:34:56:9A:BC:DE",
            ),
        ),
    ),
    Case(
        "PnP ID",
        PnpId,
        st.builds(PnpId, st.sampled_from(Numbered), uint16, uint16, uint16),
        (
            Vector(
                "010d0000001001",
                PnpId(Numbered.BLUETOOTH_SIG, 0x000D, 0, 0x0110),
                "Texas Instruments BLE-Stack, devinfoservice.c: its devices' own value",
            ),
        ),
    ),
)
