"""Blood Pressure Service: measurements, cuff pressures, features and stored records."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from adapters.ble.characteristics import blood_pressure as plain
from adapters.ble.characteristics import blood_pressure_record as stored
from adapters.ble.characteristics import enhanced_blood_pressure as enhanced
from adapters.ble.characteristics import enhanced_cuff_pressure, intermediate_cuff_pressure
from adapters.ble.characteristics.blood_pressure import BloodPressureMeasurement
from adapters.ble.characteristics.blood_pressure_feature import BloodPressureFeature, Feature
from adapters.ble.characteristics.blood_pressure_record import BloodPressureRecord
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.enhanced_blood_pressure import EnhancedBloodPressureMeasurement
from adapters.ble.characteristics.enhanced_cuff_pressure import EnhancedIntermediateCuffPressure
from adapters.ble.characteristics.intermediate_cuff_pressure import IntermediateCuffPressure
from adapters.ble.formats.cuff import Status
from adapters.ble.formats.numbers import Special
from adapters.ble.hearing import Hearing
from tests.ble_packets import packet
from tests.characteristics import Case, Vector
from tests.characteristics.date_time import date_times
from tests.characteristics.medical import sfloat, status, uint8, uint16, uint32

_NORDIC = "NordicSemiconductor/Android-BLE-Common-Library, callback/bps/{}DataCallbackTest"
_MEASURED = _NORDIC.format("BloodPressureMeasurement")
_CUFF = _NORDIC.format("IntermediateCuffPressure")
_ORACLE = "RonanB96/bluetooth-sig-python, tests/gatt/characteristics/test_{}.py"
_LAYOUT = f"{_ORACLE}: layout and integers; the floats as in {_MEASURED}"
_SIG = "field by field: GATT Specification Supplement, {}"
_APRIL = DateTime(0, 4, 17, 20, 41, 59)
_ALL = Status.BODY_MOVED | Status.CUFF_LOOSE | Status.IRREGULAR_PULSE | Status.WRONG_POSITION
_SLOW = Status.CUFF_LOOSE | Status.PULSE_BELOW_RANGE
_NAN = Special.NAN
_FAILED = BloodPressureMeasurement(
    _NAN, _NAN, _NAN, at=DateTime(2024, 6, 23, 14, 35, 10), pulse=_NAN, status=Status(0)
)
_DECIMALS = (Decimal("18.9"), Decimal("11"), Decimal("15.9"))


def _pieces(data: bytes) -> set[int]:
    return set(range(5, len(data)))


_COMMON = {
    "kilopascal": st.booleans(),
    "pulse": st.none() | sfloat,
    "user": st.none() | uint8,
    "status": st.none() | status,
}
_TIMES = {
    "seconds": st.none() | uint32,
    "shown_seconds": st.none() | uint32,
    "from_2000": st.booleans(),
}

CASES = (
    Case(
        "blood pressure measurement",
        BloodPressureMeasurement,
        st.builds(
            BloodPressureMeasurement, sfloat, sfloat, sfloat, at=st.none() | date_times, **_COMMON
        ),
        (
            Vector(
                "1e8a0058007800" + "0000041114293b" + "3c00" + "01" + "2700",
                BloodPressureMeasurement(
                    Decimal(138), Decimal(88), Decimal(120), False, _APRIL, Decimal(60), 1, _ALL
                ),
                _MEASURED,
            ),
            Vector(
                "15bdf00b009ff03c001200",
                BloodPressureMeasurement(*_DECIMALS, True, pulse=Decimal(60), status=_SLOW),
                _MEASURED,
            ),
            Vector("00bdf00b009ff0", BloodPressureMeasurement(*_DECIMALS), _MEASURED),
            Vector(
                "16ff07ff07ff07" + "e80706170e230a" + "ff07" + "0000",
                _FAILED,
                "derdilla/blood-pressure-monitor-fl issue #80: a boso medicus that failed",
            ),
        ),
        told=lambda data: plain.readings(packet(data)),
    ),
    Case(
        "intermediate cuff pressure",
        IntermediateCuffPressure,
        st.builds(IntermediateCuffPressure, sfloat, at=st.none() | date_times, **_COMMON),
        (
            Vector(
                "1e040000000000" + "0000041114293b" + "3c00" + "01" + "2700",
                IntermediateCuffPressure(Decimal(4), False, _APRIL, Decimal(60), 1, _ALL),
                _CUFF,
                canonical=False,
            ),
            Vector(
                "156ff0000000003c001200",
                IntermediateCuffPressure(Decimal("11.1"), True, pulse=Decimal(60), status=_SLOW),
                _CUFF,
                canonical=False,
            ),
            Vector(
                "00d7f000000000",
                IntermediateCuffPressure(Decimal("21.5")),
                _CUFF,
                canonical=False,
            ),
        ),
        told=lambda data: intermediate_cuff_pressure.readings(packet(data)),
    ),
    Case(
        "blood pressure feature",
        BloodPressureFeature,
        st.builds(BloodPressureFeature, st.integers(0, 0x1FF).map(Feature)),
        (
            Vector(
                "ff01",
                BloodPressureFeature(Feature(0x1FF)),
                _ORACLE.format("blood_pressure_feature"),
            ),
            Vector(
                "c500",
                BloodPressureFeature(
                    Feature.BODY_MOVEMENT
                    | Feature.IRREGULAR_PULSE
                    | Feature.E2E_CRC
                    | Feature.USER_DATA
                ),
                _SIG.format("Blood Pressure Feature"),
            ),
        ),
    ),
    Case(
        "enhanced blood pressure measurement",
        EnhancedBloodPressureMeasurement,
        st.builds(
            EnhancedBloodPressureMeasurement,
            systolic=sfloat,
            diastolic=sfloat,
            mean=sfloat,
            **_COMMON,
            **_TIMES,
        ),
        (
            Vector(
                "7e780050006400" + "80510100" + "4800" + "05" + "0300" + "00a30200",
                EnhancedBloodPressureMeasurement(
                    systolic=Decimal(120),
                    diastolic=Decimal(80),
                    mean=Decimal(100),
                    seconds=86400,
                    pulse=Decimal(72),
                    user=5,
                    status=Status.BODY_MOVED | Status.CUFF_LOOSE,
                    shown_seconds=172800,
                ),
                _LAYOUT.format("enhanced_blood_pressure_measurement"),
            ),
            Vector(
                "7e780050005d00" + "00d4302c" + "4800" + "02" + "0400" + "10f0302c",
                EnhancedBloodPressureMeasurement(
                    systolic=Decimal(120),
                    diastolic=Decimal(80),
                    mean=Decimal(93),
                    seconds=0x2C30D400,
                    pulse=Decimal(72),
                    user=2,
                    status=Status.IRREGULAR_PULSE,
                    shown_seconds=0x2C30F010,
                ),
                _SIG.format("Enhanced Blood Pressure Measurement"),
            ),
            Vector(
                "01a0f06bf0ff07",
                EnhancedBloodPressureMeasurement(
                    systolic=Decimal("16.0"),
                    diastolic=Decimal("10.7"),
                    kilopascal=True,
                    from_2000=False,
                ),
                _SIG.format("Enhanced Blood Pressure Measurement"),
            ),
        ),
        told=lambda data: enhanced.readings(packet(data)),
    ),
    Case(
        "enhanced intermediate cuff pressure",
        EnhancedIntermediateCuffPressure,
        st.builds(EnhancedIntermediateCuffPressure, pressure=sfloat, **_COMMON, **_TIMES),
        (
            Vector(
                "7e8200e803000048000105" + "00d0070000",
                EnhancedIntermediateCuffPressure(
                    pressure=Decimal(130),
                    seconds=1000,
                    pulse=Decimal(72),
                    user=1,
                    status=Status(5),
                    shown_seconds=2000,
                ),
                _LAYOUT.format("enhanced_intermediate_cuff_pressure"),
            ),
            Vector(
                "42960000d4302c",
                EnhancedIntermediateCuffPressure(seconds=0x2C30D400, pressure=Decimal(150)),
                _SIG.format("Enhanced Intermediate Cuff Pressure"),
            ),
        ),
        told=lambda data: enhanced_cuff_pressure.readings(packet(data)),
    ),
    Case(
        "blood pressure record",
        BloodPressureRecord,
        st.builds(
            BloodPressureRecord,
            number=uint16,
            holds=uint16,
            piece=st.binary(max_size=40),
            first=st.booleans(),
            last=st.booleans(),
            counter=st.integers(0, 63),
        ),
        (
            Vector(
                "030100342b" + "aabbcc",
                BloodPressureRecord(1, 0x2B34, b"\xaa\xbb\xcc"),
                _ORACLE.format("blood_pressure_record"),
            ),
            Vector(
                "faffff342b" + "0102030405",
                BloodPressureRecord(65535, 0x2B34, b"\1\2\3\4\5", first=False, counter=62),
                _ORACLE.format("blood_pressure_record"),
            ),
            Vector(
                "030700352a" + "00780050005d00",
                BloodPressureRecord(7, 0x2A35, bytes.fromhex("00780050005d00")),
                _SIG.format("Blood Pressure Record"),
            ),
            Vector(
                "fe0700342b" + "0102",
                BloodPressureRecord(7, 0x2B34, b"\1\2", first=False, counter=63),
                _SIG.format("Blood Pressure Record"),
            ),
        ),
        shorter=_pieces,
        longer=True,
        told=lambda data: stored.readings(packet(data), Hearing()),
    ),
)
