"""Running, cycling, heart rate, battery and location."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from adapters.ble.characteristics.battery_level_status import BatteryLevelStatus, Fault
from adapters.ble.characteristics.csc_measurement import CscMeasurement
from adapters.ble.characteristics.cycling_power_measurement import CyclingPowerMeasurement
from adapters.ble.characteristics.cycling_power_vector import CyclingPowerVector
from adapters.ble.characteristics.heart_rate import HeartRateMeasurement
from adapters.ble.characteristics.location_and_speed import LocationAndSpeed
from adapters.ble.characteristics.navigation import Navigation
from adapters.ble.characteristics.position_quality import PositionQuality
from adapters.ble.characteristics.rsc_measurement import RscMeasurement
from adapters.ble.formats.turning import Turns
from tests.oracle import Judged, Said, times
from tests.oracle.clocks import date


def _turns(name: str, turns: Turns | None, ticks: int) -> dict[str, Any]:
    at = None if turns is None else Decimal(turns.at) / ticks
    return {
        f"cumulative_{name}_revolutions": None if turns is None else turns.count,
        f"last_{name}_event_time": at,
    }


def _csc(ours: CscMeasurement) -> Said:
    return _turns("wheel", ours.wheel, 1024) | _turns("crank", ours.crank, 1024)


def _rsc(ours: RscMeasurement) -> Said:
    return {
        "instantaneous_speed": Decimal(ours.speed) / 256,
        "instantaneous_cadence": ours.cadence,
        "instantaneous_stride_length": times(ours.stride, "0.01"),
        "total_distance": times(ours.distance, "0.1"),
        "is_running": ours.running,
    }


def _power(ours: CyclingPowerMeasurement) -> Said:
    highest_force, lowest_force = ours.forces or (None, None)
    highest_torque, lowest_torque = ours.torques or (None, None)
    highest_angle, lowest_angle = ours.angles or (None, None)
    told = (
        ours.balance, ours.balance_of_left or None, ours.torque, ours.torque_of_crank or None,
        ours.wheel, ours.crank, ours.forces, ours.torques, ours.angles, ours.top, ours.bottom,
        ours.work, ours.offset_compensated or None,
    )  # fmt: skip
    return {
        "flags": sum(1 << bit for bit, one in enumerate(told) if one is not None),
        "instantaneous_power": ours.power,
        "pedal_power_balance": times(ours.balance, "0.5"),
        "accumulated_torque": times(ours.torque, "0.03125"),
        **_turns("wheel", ours.wheel, 2048),
        **_turns("crank", ours.crank, 1024),
        "maximum_force_magnitude": highest_force,
        "minimum_force_magnitude": lowest_force,
        "maximum_torque_magnitude": times(highest_torque, "0.03125"),
        "minimum_torque_magnitude": times(lowest_torque, "0.03125"),
        "maximum_angle": highest_angle,
        "minimum_angle": lowest_angle,
        "top_dead_spot_angle": ours.top,
        "bottom_dead_spot_angle": ours.bottom,
        "accumulated_energy": ours.work,
    }


def _vector(ours: CyclingPowerVector) -> Said:
    torques = None if ours.torques is None else [Decimal(one) / 32 for one in ours.torques]
    crank = ours.crank
    return {
        "crank_revolution_data": crank
        and {
            "crank_revolutions": crank.count,
            "last_crank_event_time": Decimal(crank.at) / 1024,
        },
        "first_crank_measurement_angle": ours.angle,
        "instantaneous_force_magnitude_array": ours.forces,
        "instantaneous_torque_magnitude_array": torques,
        "instantaneous_measurement_direction": ours.direction,
    }


def _heart_rate(ours: HeartRateMeasurement) -> Said:
    contact = {None: 0, False: 1, True: 2}[ours.contact]
    return {
        "sensor_contact": contact,
        "heart_rate": ours.rate,
        "energy_expended": ours.energy,
        "rr_intervals": [Decimal(one) / 1024 for one in ours.rr],
    }


def _battery(ours: BatteryLevelStatus) -> Said:
    return {
        "battery_present": ours.present,
        "wired_external_power_connected": ours.wired,
        "wireless_external_power_connected": ours.wireless,
        "battery_charge_state": ours.charge,
        "battery_charge_level": ours.fill,
        "charging_type": ours.charging,
        "charging_fault_battery": Fault.BATTERY in ours.faults,
        "charging_fault_external_power": Fault.POWER_SOURCE in ours.faults,
        "charging_fault_other": Fault.OTHER in ours.faults,
        "identifier": ours.identifier,
        "battery_level": ours.level,
        "service_required": ours.service,
        "battery_fault": None if ours.service is None else ours.broken,
    }


def _location(ours: LocationAndSpeed) -> Said:
    latitude, longitude = ours.place or (None, None)
    return {
        "instantaneous_speed": times(ours.speed, "0.01"),
        "total_distance": times(ours.distance, "0.1"),
        "latitude": times(latitude, "1e-7"),
        "longitude": times(longitude, "1e-7"),
        "elevation": times(ours.elevation, "0.01"),
        "heading": times(ours.heading, "0.01"),
        "rolling_time": ours.rolling_time,
        "utc_time": date(ours.utc),
        "position_status": ours.found,
        "speed_and_distance_format": ours.in_space,
        "elevation_source": ours.elevation_by,
        "heading_source": ours.heading_by,
    }


def _navigation(ours: Navigation) -> Said:
    return {
        "bearing": times(ours.bearing, "0.01"),
        "heading": times(ours.heading, "0.01"),
        "remaining_distance": times(ours.distance, "0.1"),
        "remaining_vertical_distance": times(ours.height, "0.01"),
        "estimated_time_of_arrival": date(ours.arrival),
        "position_status": ours.found,
        "heading_source": ours.heading_by,
        "navigation_indicator_type": ours.to_destination,
        "waypoint_reached": ours.at_waypoint,
        "destination_reached": ours.arrived,
    }


def _quality(ours: PositionQuality) -> Said:
    return {
        "number_of_beacons_in_solution": ours.used,
        "number_of_beacons_in_view": ours.in_view,
        "time_to_first_fix": times(ours.to_first_fix, "0.1"),
        "ehpe": times(ours.horizontal_error, "0.01"),
        "evpe": times(ours.vertical_error, "0.01"),
        "hdop": times(ours.horizontal_dilution, "0.5"),
        "vdop": times(ours.vertical_dilution, "0.5"),
        "position_status": ours.found,
    }


def _empty(ours: CyclingPowerVector) -> str:
    return "nothing announced" if () in (ours.forces, ours.torques) else ""


def _unknown_to_power(ours: Any) -> str:
    known = ours.op != 0x20 or ours.parameter[0] in {*range(1, 0x10), 0x20}
    return "" if known else "power answer to an unknown request"


def _balance(ours: CyclingPowerMeasurement) -> str:
    return "no balance" if ours.balance == 0xFF else ""


def _unknown_to_location(ours: Any) -> str:
    if len(ours.parameter) > 17:
        return "name of a route"
    if ours.op == 0x20 and len(ours.parameter) > 2 and ours.parameter[0] != 5:
        return "guessed by its length"
    known = ours.op != 0x20 or ours.parameter[0] in {*range(1, 9), 0x20}
    return "" if known else "power answer to an unknown request"


def _number(ours: Any, signed: bool = False) -> int:
    return int.from_bytes(ours.parameter, "little", signed=signed)


def _of_power(ours: Any) -> Said:
    """What stands behind an op code, by their name for it."""
    said: dict[str, Any] = {"op_code": ours.op}
    if ours.op == 0x20:
        said |= {"request_op_code": ours.parameter[0], "response_value": ours.parameter[1]}
    elif ours.op in _POWER_PARAMETERS:
        name, step = _POWER_PARAMETERS[ours.op]
        said[name] = times(_number(ours), step)
    return said


def _of_location(ours: Any) -> Said:
    said: dict[str, Any] = {"op_code": ours.op}
    if ours.op == 0x20:
        said |= {"request_op_code": ours.parameter[0], "response_value": ours.parameter[1]}
    elif ours.op in _LOCATION_PARAMETERS:
        name, step = _LOCATION_PARAMETERS[ours.op]
        said[name] = times(_number(ours, signed=name == "elevation"), step)
    return said


_POWER_PARAMETERS = {
    1: ("cumulative_value", "1"),
    2: ("sensor_location", "1"),
    4: ("crank_length", "0.5"),
    6: ("chain_length", "0.1"),
    8: ("chain_weight", "0.1"),
    10: ("span_length", "1"),
    13: ("measurement_mask", "1"),
}
_LOCATION_PARAMETERS = {
    1: ("cumulative_value", "1"),
    2: ("content_mask", "1"),
    3: ("navigation_control_value", "1"),
    5: ("route_number", "1"),
    6: ("route_number", "1"),
    7: ("fix_rate", "1"),
    8: ("elevation", "0.01"),
}

JUDGED = (
    Judged("battery level", "BatteryLevel", lambda ours: ours.percent),
    Judged("battery level status", "BatteryLevelStatus", _battery),
    Judged("heart rate measurement", "HeartRateMeasurement", _heart_rate),
    Judged("heart rate control point", "HeartRateControlPoint", lambda ours: ours.op),
    Judged("body sensor location", "BodySensorLocation", lambda ours: ours.site),
    Judged("RSC measurement", "RSCMeasurement", _rsc),
    Judged("RSC feature", "RSCFeature", lambda ours: {"features": ours.can}),
    Judged("CSC measurement", "CSCMeasurement", _csc),
    Judged("CSC feature", "CSCFeature", lambda ours: {"features": ours.can}),
    Judged("sensor location", "SensorLocation", lambda ours: ours.fixed),
    Judged(
        "SC control point",
        "SCControlPoint",
        lambda ours: {"opcode": ours.op, "parameter": ours.parameter},
    ),
    Judged("cycling power measurement", "CyclingPowerMeasurement", _power, _balance),
    Judged("cycling power vector", "CyclingPowerVector", _vector, _empty),
    Judged(
        "cycling power feature",
        "CyclingPowerFeature",
        lambda ours: {"features": ours.can | ours.shared << 20},
    ),
    Judged(
        "cycling power control point",
        "CyclingPowerControlPoint",
        _of_power,
        _unknown_to_power,
    ),
    Judged("location and speed", "LocationAndSpeed", _location),
    Judged("navigation", "Navigation", _navigation),
    Judged("position quality", "PositionQuality", _quality),
    Judged("LN feature", "LNFeature", lambda ours: {"features_bitmap": ours.can}),
    Judged(
        "LN control point",
        "LNControlPoint",
        _of_location,
        _unknown_to_location,
    ),
)
