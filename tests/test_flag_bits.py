"""The bits of every status stand where the Bluetooth SIG has put them, by its own words.

Names are ours, so nothing but a document can say whether the right name stands at a bit: a packet
that is written and read with two names exchanged is read again as it was. The GATT Specification
Supplement is asked in the copy that comes with `bluetooth-sig`. It has no page for the Pulse
Oximeter Service: there it is tables 3.4 and 3.5 of the service 1.0.1, as public headers list them
(`com.welie.healthhub.gatt`, PulseOximeterSensorStatus; PLXP_MEAS_STATUS in SDKs of chip makers).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import IntFlag
from importlib.resources import files

import pytest

from adapters.ble.characteristics import cgm_status, glucose_measurement
from adapters.ble.formats import cuff, oximetry
from adapters.ble.formats.acom import Observation, Status
from adapters.ble.formats.segments import Segment

CGM = cgm_status.Annunciation
CUFF = cuff.Status
GLUCOSE = glucose_measurement.Status
MEASURED = oximetry.MeasurementStatus
SENSOR = oximetry.SensorStatus


_BIT = re.compile(r'- bit: "(\d+)"\s+description:(.*?)(?=- bit:|\Z)', re.DOTALL)


def bits(characteristic: str, section: str) -> dict[int, str]:
    """What a section of the Supplement says of each bit, in lower case."""
    name = f"org.bluetooth.characteristic.{characteristic}.yaml"
    text = files("bluetooth_sig").joinpath("bluetooth_sig", "gss", name).read_text("utf-8")
    found: dict[int, str] = {}
    for part in re.split(r"\n\s*- name: ", text)[1:]:
        if part.splitlines()[0].strip() in section.split("|"):
            for bit, said in _BIT.findall(part):
                found[int(bit)] = " ".join(said.split()).lower()
    return found


SAID: Mapping[str, tuple[dict[int, str], Mapping[IntFlag, str]]] = {
    "cuff": (
        bits("blood_pressure_measurement", "Measurement Status"),
        {
            CUFF.BODY_MOVED: "body movement detect",
            CUFF.CUFF_LOOSE: "cuff too loose",
            CUFF.IRREGULAR_PULSE: "irregular pulse detected",
            CUFF.WRONG_POSITION: "improper measurement position",
        },
    ),
    "glucose": (
        bits("glucose_measurement", "Sensor Status Annunciation"),
        {
            GLUCOSE.BATTERY_LOW: "battery low",
            GLUCOSE.SENSOR_MALFUNCTION: "sensor malfunction",
            GLUCOSE.SAMPLE_TOO_SMALL: "sample size insufficient",
            GLUCOSE.STRIP_NOT_INSERTED_WELL: "strip insertion error",
            GLUCOSE.WRONG_STRIP: "strip type incorrect",
            GLUCOSE.TOO_HIGH: "sensor result too high",
            GLUCOSE.TOO_LOW: "sensor result too low",
            GLUCOSE.TOO_WARM: "temperature too high",
            GLUCOSE.TOO_COLD: "temperature too low",
            GLUCOSE.INTERRUPTED: "sensor read interrupted",
            GLUCOSE.DEVICE_FAULT: "general device fault",
            GLUCOSE.TIME_FAULT: "time fault",
        },
    ),
    "glucose sensor": (
        bits("cgm_measurement", "Status|Cal/Temp|Warning"),
        {
            CGM.SESSION_STOPPED: "session stopped",
            CGM.BATTERY_LOW: "device battery low",
            CGM.WRONG_SENSOR: "sensor type incorrect",
            CGM.SENSOR_MALFUNCTION: "sensor malfunction",
            CGM.DEVICE_ALERT: "device specific alert",
            CGM.DEVICE_FAULT: "general device fault",
            CGM.TIME_SYNC_REQUIRED: "time synchronization",
            CGM.CALIBRATION_NOT_ALLOWED: "calibration not allowed",
            CGM.CALIBRATION_RECOMMENDED: "calibration recommended",
            CGM.CALIBRATION_REQUIRED: "calibration required",
            CGM.TOO_WARM: "temperature too high",
            CGM.TOO_COLD: "temperature too low",
            CGM.CALIBRATION_PENDING: "calibration process pending",
            CGM.BELOW_PATIENT_LOW: "lower than the patient low",
            CGM.ABOVE_PATIENT_HIGH: "higher than the patient high",
            CGM.BELOW_HYPO: "lower than the hypo",
            CGM.ABOVE_HYPER: "higher than the hyper",
            CGM.FALLING_FAST: "rate of decrease",
            CGM.RISING_FAST: "rate of increase",
            CGM.TOO_LOW: "lower than the device can process",
            CGM.TOO_HIGH: "higher than the device can process",
        },
    ),
    "oximeter, measurement": (
        {
            5: "measurement ongoing",
            6: "early estimated data",
            7: "validated data",
            8: "fully qualified data",
            9: "data from measurement storage",
            10: "data for demonstration",
            11: "data for testing",
            12: "calibration ongoing",
            13: "measurement unavailable",
            14: "questionable measurement detected",
            15: "invalid measurement detected",
        },
        {
            MEASURED.ONGOING: "measurement ongoing",
            MEASURED.EARLY_ESTIMATE: "early estimate",
            MEASURED.VALIDATED: "validated",
            MEASURED.FULLY_QUALIFIED: "fully qualified",
            MEASURED.FROM_STORAGE: "storage",
            MEASURED.DEMONSTRATION: "demonstration",
            MEASURED.TESTING: "testing",
            MEASURED.CALIBRATION_ONGOING: "calibration ongoing",
            MEASURED.UNAVAILABLE: "unavailable",
            MEASURED.QUESTIONABLE: "questionable",
            MEASURED.INVALID: "invalid",
        },
    ),
    "oximeter, sensor": (
        {
            0: "extended display update ongoing",
            1: "equipment malfunction detected",
            2: "signal processing irregularity detected",
            3: "inadequate signal detected",
            4: "poor signal detected",
            5: "low perfusion detected",
            6: "erratic signal detected",
            7: "nonpulsatile signal detected",
            8: "questionable pulse detected",
            9: "signal analysis ongoing",
            10: "sensor interface detected",
            11: "sensor unconnected to user",
            12: "unknown sensor connected",
            13: "sensor displaced",
            14: "sensor malfunctioning",
            15: "sensor disconnected",
        },
        {
            SENSOR.DISPLAY_UPDATE_ONGOING: "display update",
            SENSOR.EQUIPMENT_MALFUNCTION: "equipment malfunction",
            SENSOR.SIGNAL_IRREGULAR: "irregularity",
            SENSOR.SIGNAL_INADEQUATE: "inadequate",
            SENSOR.SIGNAL_POOR: "poor",
            SENSOR.LOW_PERFUSION: "perfusion",
            SENSOR.SIGNAL_ERRATIC: "erratic",
            SENSOR.NOT_PULSATILE: "nonpulsatile",
            SENSOR.PULSE_QUESTIONABLE: "questionable pulse",
            SENSOR.ANALYSIS_ONGOING: "analysis ongoing",
            SENSOR.INTERFERENCE: "sensor interf",
            SENSOR.NOT_ON_THE_USER: "unconnected to user",
            SENSOR.UNKNOWN_SENSOR: "unknown sensor",
            SENSOR.DISPLACED: "displaced",
            SENSOR.SENSOR_MALFUNCTION: "sensor malfunctioning",
            SENSOR.DISCONNECTED: "disconnected",
        },
    ),
}


@pytest.mark.parametrize("of", SAID)
def test_the_name_at_each_bit_is_what_the_specification_says_of_it(of: str) -> None:
    document, ours = SAID[of]
    assert document
    wrong = [
        f"{flag.name}: bit {flag.bit_length() - 1} is {document.get(flag.bit_length() - 1)!r}"
        for flag, word in ours.items()
        if word not in document.get(flag.bit_length() - 1, "")
    ]
    assert wrong == []


def test_no_name_is_left_out() -> None:
    ranges = {CUFF.PULSE_ABOVE_RANGE, CUFF.PULSE_BELOW_RANGE}
    named = {flag for _, ours in SAID.values() for flag in ours}
    for status in (CUFF, GLUCOSE, CGM, MEASURED, SENSOR):
        assert set(status) - ranges <= named


def test_a_pulse_out_of_range_is_above_by_01_and_below_by_10() -> None:
    """GATT Specification Supplement, Blood Pressure Measurement, Measurement Status, bits 3–4."""
    assert (CUFF.PULSE_ABOVE_RANGE >> 3, CUFF.PULSE_BELOW_RANGE >> 3) == (0b01, 0b10)


def test_duration_and_status_of_a_health_observation_have_bits_2_and_3() -> None:
    """So in Philips' GHS simulator (ObservationHeaderFlags), ST's `ghs.h` (GHS_HOB_Flags_t) and
    Realtek's `ghss_gatt_svc` (T_GHSS_HOB_FLAGS); no packet of theirs has either field."""
    value = "200262000000"  # 98 %, as ST's NumericOxygenSaturation has it
    lasted = Observation.from_bytes(bytes.fromhex("010c000400" + "1e000000" + value))
    assert (lasted.duration, lasted.status) == (Decimal(30), None)
    doubted = Observation.from_bytes(bytes.fromhex("010a000800" + "0200" + value))
    assert (doubted.duration, doubted.status) == (None, Status.QUESTIONABLE)


@pytest.mark.parametrize(
    ("header", "means"),
    [("01", (True, False, 0)), ("06", (False, True, 1)), ("fc", (False, False, 63))],
)
def test_the_header_of_a_segment_tells_the_first_the_last_and_a_counter(
    header: str, means: tuple[bool, bool, int]
) -> None:
    """GATT Specification Supplement, Blood Pressure Record, Segmentation Header, bits 0, 1, 2–7."""
    segment = Segment.from_bytes(bytes.fromhex(header + "aa"))
    assert (segment.first, segment.last, segment.counter) == means
