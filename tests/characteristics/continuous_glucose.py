"""Continuous Glucose Monitoring Service."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from adapters.ble.characteristics import cgm_measurement
from adapters.ble.characteristics import cgm_specific_ops_control_point as ops
from adapters.ble.characteristics.cgm_feature import CgmFeature, Feature
from adapters.ble.characteristics.cgm_measurement import CgmMeasurement, CgmRecord
from adapters.ble.characteristics.cgm_session_run_time import CgmSessionRunTime
from adapters.ble.characteristics.cgm_session_start_time import CgmSessionStartTime
from adapters.ble.characteristics.cgm_specific_ops_control_point import (
    Answer,
    Calibration,
    CalibrationStatus,
    CgmSpecificOpsControlPoint,
    Op,
    Outcome,
)
from adapters.ble.characteristics.cgm_status import KNOWN, Annunciation, CgmStatus
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.local_time_information import DaylightSaving
from adapters.ble.formats.sample import Sample, SampleSite, SampleType
from adapters.ble.hearing import Hearing
from tests.ble_packets import packet, uint16
from tests.characteristics import Case, Vector
from tests.characteristics.date_time import date_times
from tests.characteristics.glucose import samples, sfloats

_NORDIC = "NordicSemiconductor/Android-BLE-Common-Library, callback/cgm/{}DataCallbackTest, {}"
_JDRF = "markiantorno/JDRFAndroidBLEParser, CgmMeasurementCharacteristicTest, testPacket{}"

_annunciations = st.integers(0, 0xFFFFFF).map(lambda bits: Annunciation(bits & KNOWN))
_records = st.builds(
    CgmRecord,
    concentration=sfloats,
    offset=uint16,
    noticed=_annunciations,
    trend=st.none() | sfloats,
    quality=st.none() | sfloats,
    secured=st.booleans(),
)
_A_LOW_WARNING = Annunciation.BELOW_PATIENT_LOW
_NO_SYNC = Annunciation.TIME_SYNC_REQUIRED


def _whole_records(data: bytes) -> set[int]:
    """Where a record ends."""
    ends, end = set(), 0
    for record in CgmMeasurement.from_bytes(data).records[:-1]:
        end += len(bytes(record))
        ends.add(end)
    return ends


def _nothing_but_check_sum(value: Any) -> Any:
    def shorter(data: bytes) -> set[int]:
        return {len(data) - 2} if value.from_bytes(data).secured else set()

    return shorter


def _nordic(test: str, name: str) -> str:
    return _NORDIC.format(test, name)


def _jdrf(number: int, noticed: Annunciation, **more: Any) -> CgmRecord:
    return CgmRecord(more.pop("level", Decimal("35.4")), 13330, noticed, **more)


_calibrations = st.builds(
    Calibration,
    concentration=sfloats,
    at=uint16,
    sample=samples,
    next_at=uint16,
    number=uint16,
    status=st.integers(0, 7).map(CalibrationStatus),
)


@st.composite
def _operations(draw: st.DrawFn) -> CgmSpecificOpsControlPoint:
    op = draw(st.sampled_from(Op))
    operand: Any = None
    if op in ops._INTERVAL:
        operand = draw(st.integers(0, 0xFF))
    elif op in ops._CALIBRATION:
        operand = draw(_calibrations)
    elif op in ops._LEVEL:
        operand = draw(sfloats)
    elif op is Op.GET_CALIBRATION:
        operand = draw(uint16)
    elif op is Op.RESPONSE:
        operand = Outcome(draw(st.integers(0, 0xFF)), draw(st.sampled_from(Answer)))
    return CgmSpecificOpsControlPoint(op, operand, draw(st.booleans()))


_CALIBRATED = Calibration(
    Decimal("1E+2"),
    10,
    Sample(SampleType.CAPILLARY_PLASMA, SampleSite.EAR_LOBE),
    20,
    1,
    CalibrationStatus.PENDING,
)

CASES = (
    Case(
        "cgm measurement",
        CgmMeasurement,
        st.builds(CgmMeasurement, st.lists(_records, min_size=1, max_size=4).map(tuple)),
        (
            Vector(
                "0fe3d2e405000214ff02f0e5f38e3f",
                CgmMeasurement(
                    (
                        CgmRecord(
                            Decimal("12.34"),
                            5,
                            Annunciation(0xFF1402),
                            Decimal("0.2"),
                            Decimal("99.7"),
                            secured=True,
                        ),
                    )
                ),
                _nordic("ContinuousGlucoseMeasurement", "full"),
            ),
            Vector(
                "06000c100600",
                CgmMeasurement((CgmRecord(Decimal("1.2E+2"), 6),)),
                _nordic("ContinuousGlucoseMeasurement", "small"),
            ),
            Vector(
                "06000c10050006000c100600",
                CgmMeasurement((CgmRecord(Decimal("1.2E+2"), 5), CgmRecord(Decimal("1.2E+2"), 6))),
                _nordic("ContinuousGlucoseMeasurement", "double"),
            ),
            Vector("074062f1123401", CgmMeasurement((_jdrf(3, _NO_SYNC),)), _JDRF.format(3)),
            Vector(
                "072062f1123401",
                CgmMeasurement((_jdrf(4, _A_LOW_WARNING),)),
                _JDRF.format(4),
            ),
            Vector(
                "0860ddff12340101",
                CgmMeasurement((_jdrf(6, _NO_SYNC | _A_LOW_WARNING, level=Decimal("-3.5")),)),
                _JDRF.format(6),
            ),
            Vector(
                "0a6162f112340101f3ff",
                CgmMeasurement((_jdrf(7, _NO_SYNC | _A_LOW_WARNING, trend=Decimal("-1.3")),)),
                _JDRF.format(7),
            ),
            Vector(
                "0a6262f112340101e7f3",
                CgmMeasurement((_jdrf(8, _NO_SYNC | _A_LOW_WARNING, quality=Decimal("99.9")),)),
                _JDRF.format(8),
            ),
        ),
        shorter=_whole_records,
        told=lambda data: cgm_measurement.readings(packet(data), Hearing()),
    ),
    Case(
        "cgm feature",
        CgmFeature,
        st.builds(CgmFeature, st.integers(0, 0x01FFFF).map(Feature), samples),
        (
            Vector(
                "6e9e01168ac1",
                CgmFeature(
                    Feature(0b11001111001101110),
                    Sample(SampleType.ARTERIAL_PLASMA, SampleSite.FINGER),
                ),
                _nordic("CGMFeature", "full"),
            ),
            Vector(
                "6e8e0116ffff",
                CgmFeature(
                    Feature(0b11000111001101110),
                    Sample(SampleType.ARTERIAL_PLASMA, SampleSite.FINGER),
                ),
                _nordic("CGMFeature", "crcNotSupported"),
            ),
        ),
    ),
    Case(
        "cgm status",
        CgmStatus,
        st.builds(CgmStatus, uint16, _annunciations, st.booleans()),
        (
            Vector(
                "05003f3fffa7e0",
                CgmStatus(5, Annunciation(0xFF3F3F), secured=True),
                _nordic("CGMStatus", "withCrc"),
            ),
            Vector(
                "0600010101",
                CgmStatus(6, Annunciation.SESSION_STOPPED | _NO_SYNC | _A_LOW_WARNING),
                _nordic("CGMStatus", "noCrc"),
            ),
        ),
        shorter=_nothing_but_check_sum(CgmStatus),
    ),
    Case(
        "cgm session start time",
        CgmSessionStartTime,
        st.builds(
            CgmSessionStartTime,
            date_times,
            st.none() | st.integers(-48, 56),
            st.sampled_from(DaylightSaving),
            st.booleans(),
        ),
        (
            Vector(
                "e20704180d08180804e0c2",
                CgmSessionStartTime(
                    DateTime(2018, 4, 24, 13, 8, 24), 8, DaylightSaving.ONE_HOUR, secured=True
                ),
                _nordic(
                    "CGMSessionStartTime", "onContinuousGlucoseMonitorSessionStartTimeReceived"
                ),
            ),
            Vector(
                "000004180d08180802",
                CgmSessionStartTime(DateTime(0, 4, 24, 13, 8, 24), 8, DaylightSaving.HALF_AN_HOUR),
                _nordic("CGMSessionStartTime", "noYear"),
            ),
        ),
        shorter=_nothing_but_check_sum(CgmSessionStartTime),
    ),
    Case(
        "cgm session run time",
        CgmSessionRunTime,
        st.builds(CgmSessionRunTime, uint16, st.booleans()),
        (
            Vector(
                "020008c3",
                CgmSessionRunTime(2, secured=True),
                _nordic("CGMSessionRunTime", "withCrc"),
            ),
            Vector("0200", CgmSessionRunTime(2), _nordic("CGMSessionRunTime", "noCrc")),
        ),
        shorter=_nothing_but_check_sum(CgmSessionRunTime),
    ),
    Case(
        "cgm specific ops control point",
        CgmSpecificOpsControlPoint,
        _operations(),
        tuple(
            Vector(
                data,
                CgmSpecificOpsControlPoint(op, operand, secured),
                _nordic("CGMSpecificOpsControlPoint", name),
            )
            for data, op, operand, secured, name in (
                ("1c0201", Op.RESPONSE, Outcome(2, Answer.SUCCESS), False, "Completed"),
                ("1c0202", Op.RESPONSE, Outcome(2, Answer.OP_NOT_SUPPORTED), False, "Error"),
                ("1c02013c3b", Op.RESPONSE, Outcome(2, Answer.SUCCESS), True, "Completed_withCrc"),
                (
                    "1c0202a709",
                    Op.RESPONSE,
                    Outcome(2, Answer.OP_NOT_SUPPORTED),
                    True,
                    "Error_withCrc",
                ),
                ("0601200a00321400010004", Op.CALIBRATION_IS, _CALIBRATED, False, "Calibration"),
                (
                    "0601200a00321400010004bfb2",
                    Op.CALIBRATION_IS,
                    _CALIBRATED,
                    True,
                    "Calibration_withCrc",
                ),
                ("090cf0", Op.PATIENT_HIGH_IS, Decimal("1.2"), False, "PatientHighAlert"),
                ("0c0bc034be", Op.PATIENT_LOW_IS, Decimal("0.0011"), True, "PatientLowAlert"),
                ("0f0100", Op.HYPO_IS, Decimal(1), False, "HypoAlert"),
                ("120a20", Op.HYPER_IS, Decimal("10E+2"), False, "HyperAlert"),
                ("150110", Op.RATE_OF_DECREASE_IS, Decimal("1E+1"), False, "RateOfDecrease"),
                ("180a40", Op.RATE_OF_INCREASE_IS, Decimal("10E+4"), False, "RateOfIncrease"),
                ("030b", Op.INTERVAL_IS, 11, False, "CommunicationInterval_notSecured"),
                ("030a8a75", Op.INTERVAL_IS, 10, True, "CommunicationInterval_secured"),
            )
        ),
        shorter=_nothing_but_check_sum(CgmSpecificOpsControlPoint),
    ),
)
