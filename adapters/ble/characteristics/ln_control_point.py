"""LN Control Point, 0x2A6B: setting up a location sensor, and choosing a route.

Source: Bluetooth SIG, Location and Navigation Service 1.0, 3.6; GATT Specification Supplement, LN
Control Point.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.procedures import Procedure
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A6B)


class Op(IntEnum):
    """What is asked or answered."""

    SET_CUMULATIVE_VALUE = 1
    MASK_LOCATION_AND_SPEED = 2
    NAVIGATION_CONTROL = 3
    REQUEST_NUMBER_OF_ROUTES = 4
    REQUEST_NAME_OF_ROUTE = 5
    SELECT_ROUTE = 6
    SET_FIX_RATE = 7
    SET_ELEVATION = 8
    RESPONSE = 32


_LENGTHS: Mapping[int, Collection[int]] = {
    Op.SET_CUMULATIVE_VALUE: {3},
    Op.MASK_LOCATION_AND_SPEED: {2},
    Op.NAVIGATION_CONTROL: {1},
    Op.REQUEST_NUMBER_OF_ROUTES: {0},
    Op.REQUEST_NAME_OF_ROUTE: {2},
    Op.SELECT_ROUTE: {2},
    Op.SET_FIX_RATE: {1},
    Op.SET_ELEVATION: {3},
    Op.RESPONSE: range(2, 512),
}


@dataclass(frozen=True, slots=True)
class LnControlPoint(Procedure):
    """One request or answer.

    Attributes:
        op: which.
        parameter: a count, a mask, a route; in an answer the op code, how it went, and more.
    """

    OPS = Op
    LENGTHS = _LENGTHS
    RESPONSE = Op.RESPONSE


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="LN Control Point",
    service="Location and Navigation",
    value=LnControlPoint,
    fields={name: because("a place stays here") for name in ("op", "parameter")},
    source="Location and Navigation Service 1.0, 3.6",
)
