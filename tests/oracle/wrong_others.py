"""Where it is wrong about clocks, generic health sensors and activity monitors."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from adapters.ble.characteristics.cardiorespiratory_instantaneous import (
    CardioRespiratoryActivityInstantaneousData,
)
from adapters.ble.characteristics.cardiorespiratory_summary import (
    CardioRespiratoryActivitySummaryData,
)
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.es_configuration import EsConfiguration
from adapters.ble.characteristics.es_measurement import EsMeasurement
from adapters.ble.characteristics.es_trigger_setting import Condition, EsTriggerSetting
from adapters.ble.characteristics.ghs_control_point import GhsControlPoint
from adapters.ble.characteristics.health_sensor_features import HealthSensorFeatures
from adapters.ble.characteristics.observation_schedule_changed import ObservationSchedule
from adapters.ble.characteristics.physical_activity_session_descriptor import (
    PhysicalActivitySessionDescriptor,
)
from adapters.ble.characteristics.sleep_activity_instantaneous import SleepActivityInstantaneousData
from adapters.ble.characteristics.sleep_activity_summary import SleepActivitySummaryData
from adapters.ble.characteristics.stored_health_observations import StoredObservation
from adapters.ble.characteristics.valid_range import ValidRange
from adapters.ble.formats.acom import Observation
from tests.oracle.mistake import REFUSED, Wrong

OTHERS: Final = (
    Wrong(
        "sampling", "ES Measurement, a descriptor", "EnvironmentalSensingMeasurement",
        "0000000100000500001c04", "", REFUSED,
        "a new value every 5 s; they want twelve bytes",
        lambda data: EsMeasurement.from_bytes(data).update_every, 5,
    ),
    Wrong(
        "trigger", "ES Trigger Setting, a descriptor",
        "EnvironmentalSensingTriggerSetting", "03", "", REFUSED,
        "when the value changes; they want an operand with every condition",
        lambda data: EsTriggerSetting.from_bytes(data).condition, Condition.CHANGED,
    ),
    Wrong(
        "triggers together", "ES Configuration, a descriptor",
        "EnvironmentalSensingConfiguration", "01", "", REFUSED,
        "any trigger is enough; they want two bytes",
        lambda data: EsConfiguration.from_bytes(data).any_is_enough, True,
    ),
    Wrong(
        "range of air", "Valid Range, a descriptor", "ValidRange", "00002283", "max_value", 33570,
        "8.02e-6 kg/m³, for a value that is a medical float; they take any for a whole number",
        lambda data: ValidRange.from_bytes(data).highest, Decimal("8.02e-6"),
    ),
    Wrong(
        "unknown date", "Date Time", "DateTime", "00000000121a20", "", REFUSED,
        "18:26:32 of a day that is not known",
        lambda data: DateTime.from_bytes(data).told, None,
    ),
    Wrong(
        "health sensor", "Health Sensor Features", "HealthSensorFeatures",
        "0002b84b02001a480200", "", REFUSED, "two types of observation",
        lambda data: len(HealthSensorFeatures.from_bytes(data).types), 2,
    ),
    Wrong(
        "live observation", "Live Health Observations", "LiveHealthObservations",
        "011b006300b84b020022729d2b290000060001013c4c0200200262000000", "",
        bytes.fromhex("011b006300b84b020022729d2b290000060001013c4c0200200262000000"),
        "an oxygen saturation, 150456; it gives the bytes back",
        lambda data: Observation.from_bytes(data).type, 150456,
    ),
    Wrong(
        "stored observation", "Stored Health Observations", "StoredHealthObservations",
        "01000000011b006300b84b020022729d2b290000060001013c4c0200200262000000", "",
        bytes.fromhex("01000000011b006300b84b020022729d2b290000060001013c4c0200200262000000"),
        "record 1, an oxygen saturation; it gives the bytes back",
        lambda data: StoredObservation.from_bytes(data).number, 1,
    ),
    Wrong(
        "schedule", "Observation Schedule Changed", "ObservationScheduleChanged",
        "b84b02000a0000ff0a0000ff", "", REFUSED,
        "every 1.0 s",
        lambda data: ObservationSchedule.from_bytes(data).period, Decimal("1.0"),
    ),
    Wrong(
        "busy sensor", "GHS Control Point", "GHSControlPoint", "81", "", REFUSED,
        "the sensor is busy",
        lambda data: GhsControlPoint.from_bytes(data).op, 0x81,
    ),
    Wrong(
        "session descriptor", "Physical Activity Session Descriptor",
        "PhysicalActivitySessionDescriptor", "030100785634122222aa", "", REFUSED,
        "session 1, which runs: the first byte are flags (so in the firmware of its authors)",
        lambda data: PhysicalActivitySessionDescriptor.from_bytes(data).session, 1,
    ),
    Wrong(
        "heart and breath", "CardioRespiratory Activity Instantaneous Data",
        "CardioRespiratoryActivityInstantaneousData", "2b8007000000100e00003d0000002a473a0f",
        "additional_data", bytes.fromhex("07000000100e00003d0000002a473a0f"),
        "session 7, 71 beats a minute: it gives the bytes behind the flags",
        lambda data: CardioRespiratoryActivityInstantaneousData.from_bytes(data).heart_rate, 71,
    ),
    Wrong(
        "summary of heart and breath", "CardioRespiratory Activity Summary Data",
        "CardioRespiratoryActivitySummaryData",
        "010700040700010008070000020000005802003d8e61080700",
        "additional_data", bytes.fromhex("0700010008070000020000005802003d8e61080700"),
        "session 7, 97 beats a minute: it gives the bytes behind the flags",
        lambda data: CardioRespiratoryActivitySummaryData.from_bytes(data).average_heart_rate, 97,
    ),
    Wrong(
        "stage of sleep", "Sleep Activity Instantaneous Data", "SleepActivityInstantaneousData",
        "188008000000100e0000020000002a000034", "sleep_stage", 8,
        "stage 42 of session 8: it takes the number of the session for the stage",
        lambda data: SleepActivityInstantaneousData.from_bytes(data).stage, 42,
    ),
    Wrong(
        "summary of sleep", "Sleep Activity Summary Data", "SleepActivitySummaryData",
        "2500040800000080700000010000007062008070005836",
        "additional_data", bytes.fromhex("0800000080700000010000007062008070005836"),
        "session 8, 25,200 s of sleep: it gives the bytes behind the flags",
        lambda data: SleepActivitySummaryData.from_bytes(data).sleep_time, 25_200,
    ),
)  # fmt: skip
