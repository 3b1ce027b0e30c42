"""What came of the stored records of a meter, and what it was asked."""

from __future__ import annotations

from datetime import datetime

from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.record_access_control_point import Op, Operator
from adapters.ble.state import Trouble
from tests.ble_house import House
from tests.fakes_meter import METER, Meter

SINCE = datetime(2023, 11, 2, 8)  # noqa: DTZ001
"""The house's clock stands at 14 November 2023."""


def levels(house: House) -> list[object]:
    return house.values("blood_glucose", METER)


def records(house: House) -> list[str]:
    return [r for batch in house.batches("blood_glucose", METER) for r in batch.records]


def marks(house: House) -> list[int]:
    return [one.number for one in house.journal.marks]


def asked(meter: Meter) -> list[tuple[Op, Operator, int | None]]:
    return [
        (one.op, one.operator, int.from_bytes(one.operand[1:], "little") if one.operand else None)
        for one in meter.asked
    ]


def trouble(reason: str) -> Trouble:
    return Trouble(METER, racp.UUID, reason)
