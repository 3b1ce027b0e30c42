"""Generic Health Sensor Service and Elapsed Time Service."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from adapters.ble.characteristics import live_health_observations, stored_health_observations
from adapters.ble.characteristics.elapsed_time import CurrentElapsedTime, ElapsedTime
from adapters.ble.characteristics.ghs_control_point import GhsControlPoint, Op
from adapters.ble.characteristics.health_sensor_features import (
    HealthSensorFeatures,
    Specialization,
)
from adapters.ble.characteristics.observation_schedule_changed import ObservationSchedule
from adapters.ble.characteristics.stored_health_observations import StoredObservation
from adapters.ble.formats.acom import Bundle, Component, Compound, Observation, Status, Tlv, Tlvs
from adapters.ble.formats.acom_values import Codes, Discrete, Numeric, SampleArray, States, Text
from adapters.ble.formats.numbers import FLOAT, MedicalNumber
from tests.characteristics import Case, Vector
from tests.segmented import alone

_ST: Final = "stm32-hotspot/STM32WBA-BLE-GenericHealthSensor, ghs_app.c, {}"
_PHILIPS: Final = "philips-labs/BLE-GHS-Server-Simulator, {}"

_STAMP: Final = "22729d2b2900000600"
_THEN: Final = ElapsedTime(0x292B9D72, source=6)

_uint8, _uint16 = st.integers(0, 0xFF), st.integers(0, 0xFFFF)
_uint32 = st.integers(0, 0xFFFFFFFF)
_codes = st.lists(_uint32, max_size=3).map(tuple)
_floats: st.SearchStrategy[MedicalNumber] = _uint32.map(FLOAT.decode)
_times = st.builds(
    ElapsedTime,
    st.integers(0, (1 << 48) - 1),
    st.booleans(),
    st.booleans(),
    st.integers(0, 3),
    st.none() | st.integers(-128, 127),
    st.booleans(),
    _uint8,
)


@st.composite
def _samples(draw: st.DrawFn) -> SampleArray:
    width = draw(st.integers(1, 4))
    samples = draw(st.binary(max_size=12)) * width
    return SampleArray(
        draw(_uint16), draw(_floats), draw(_floats), draw(_floats), draw(_uint8), width, samples
    )


@st.composite
def _states(draw: st.DrawFn) -> States:
    size = draw(st.integers(0, 4))
    bits = st.binary(min_size=size, max_size=size)
    return States(draw(bits), draw(bits), draw(bits))


_simple: st.SearchStrategy[Any] = st.one_of(
    st.builds(Numeric, _floats, _uint16),
    st.builds(Discrete, _uint32),
    st.builds(Text, st.text(max_size=8)),
    _samples(),
    st.builds(Codes, _codes),
    _states(),
)
_tlvs = st.lists(st.builds(Tlv, _uint32, _uint8, st.binary(max_size=5)), max_size=3).map(tuple)
_compound = st.builds(
    Compound, st.lists(st.builds(Component, _uint32, _simple), max_size=3).map(tuple)
)
_statuses = st.none() | st.sampled_from([Status(0), Status.INVALID, Status.TEST_DATA | 0x8000])


def _observation(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Observation]:
    return st.builds(
        Observation,
        value,
        st.none() | _uint32,
        st.none() | _times,
        st.none() | _floats,
        _statuses,
        st.none() | _uint32,
        st.none() | _uint8,
        _codes,
        _codes,
        _codes,
        _tlvs,
    )


_single = _observation(st.one_of(_simple, _compound, st.builds(Tlvs, _tlvs)))
_bundled = _observation(st.builds(Bundle, st.lists(_single, max_size=3).map(tuple)))
_observations = _single | _bundled


def _percent(number: int) -> Numeric:
    return Numeric(Decimal(number), 544)


_SATURATION: Final = (
    # numeric; 27 bytes; type, time, patient, more; MDC_PULS_OXIM_SAT_O2; 1; MDC_MODALITY_SPOT; 98 %
    "011b006300b84b0200" + _STAMP + "01013c4c0200200262000000"
)
_SATURATED: Final = Observation(_percent(98), 150456, _THEN, patient=1, more=(150588,))
_mmhg = 3872

_OBSERVED = (
    Vector(_SATURATION, _SATURATED, _ST.format("NumericOxygenSaturation")),
    Vector(
        "0218004300b84b0200" + _STAMP + "013c4c020062000000",
        Observation(Discrete(98), 150456, _THEN, more=(150588,)),
        _ST.format("SimpleDiscreteObservation"),
    ),
    Vector(
        "030700000003004d616e",
        Observation(Text("Man")),
        _ST.format("StringObservation"),
    ),
    Vector(
        "0420000000b2104c060000000800000a0000fd01010a000000f907fb07f507ff070c08",
        Observation(
            SampleArray(
                4274,
                Decimal(1612),
                Decimal(2048),
                Decimal("0.010"),
                1,
                1,
                bytes.fromhex("f907fb07f507ff070c08"),
            )
        ),
        _ST.format("SampleArrayObservation (its comment says 1.612; its bytes say 1612)"),
    ),
    Vector(
        "0514008100f05580000140e2010002f0000300ae010300",
        Observation(Codes((196848, 197038)), 8410608, derived_from=(123456,)),
        _ST.format("CompoundDiscreteBloodPressureStatus"),
    ),
    Vector(
        "0618008100f05580000140e2010004fffffffffffffffff0000300",
        Observation(
            States(b"\xff" * 4, b"\xff" * 4, bytes.fromhex("f0000300")),
            8410608,
            derived_from=(123456,),
        ),
        _ST.format("CompoundDiscreteEvent"),
    ),
    Vector(
        "07"
        "3500"
        "1300"
        "044a0200" + _STAMP + "40e20100"
        "03"
        "054a0200"
        "01"
        "200f"
        "64000000"
        "064a0200"
        "01"
        "200f"
        "3c000000"
        "074a0200"
        "01"
        "200f"
        "50000000",
        Observation(
            Compound(
                (
                    Component(150021, Numeric(Decimal(100), _mmhg)),
                    Component(150022, Numeric(Decimal(60), _mmhg)),
                    Component(150023, Numeric(Decimal(80), _mmhg)),
                )
            ),
            150020,
            _THEN,
            id=123456,
        ),
        _ST.format("CompoundObservationBloodPressure"),
    ),
    Vector(
        "082100000003b84b0200030004620000b84b0200030004630000b84b0200030004640000",
        Observation(Tlvs(tuple(Tlv(150456, 4, bytes([n, 0, 0])) for n in (98, 99, 100)))),
        _ST.format("TLVEncodedObservation"),
    ),
    Vector(
        "ff"
        "2f00"
        "4200" + _STAMP + "01"
        "3c4c0200"
        "02"
        "01"
        "0c00"
        "0100"
        "b84b0200"
        "2002"
        "62000000"
        "01"
        "0c00"
        "0100"
        "1a480200"
        "a00a"
        "62000000",
        Observation(
            Bundle(
                (
                    Observation(_percent(98), 150456),
                    Observation(Numeric(Decimal(98), 2720), 149530),
                )
            ),
            time=_THEN,
            more=(150588,),
        ),
        _ST.format("ObservationBundle; the same in STMicroelectronics/STM32CubeWBA"),
    ),
)

CASES = (
    Case(
        "live health observations",
        Observation,
        _observations,
        _OBSERVED,
        told=alone(live_health_observations.readings),
    ),
    Case(
        "stored health observations",
        StoredObservation,
        st.builds(StoredObservation, _uint32, _observations),
        (
            Vector(
                "01000000" + _SATURATION,
                StoredObservation(1, _SATURATED),
                _ST.format("GHS_APP_PTS_TestDBInit and GHS_APP_UpdateStoredHealthObservation"),
            ),
        ),
        told=alone(stored_health_observations.readings),
    ),
    Case(
        "health sensor features",
        HealthSensorFeatures,
        st.builds(
            HealthSensorFeatures,
            _codes,
            st.none() | st.lists(st.builds(Specialization, _uint16, _uint8), max_size=3).map(tuple),
        ),
        (
            Vector(
                "0102b84b02001a48020001071001",
                HealthSensorFeatures((150456, 149530), (Specialization(0x1007, 1),)),
                _ST.format("GHS_APP_Init"),
            ),
            Vector(
                "0002b84b02001a480200",
                HealthSensorFeatures((150456, 149530)),
                "STMicroelectronics/STM32CubeWBA, BLE_GenericHealth_PulseOximeter, ghs_app.c, "
                "GHS_APP_UpdateFeature",
            ),
        ),
    ),
    Case(
        "ghs control point",
        GhsControlPoint,
        st.builds(GhsControlPoint, st.sampled_from(Op)),
        (
            Vector("01", GhsControlPoint(Op.START), _PHILIPS.format("enableLiveObservations")),
            Vector("80", GhsControlPoint(Op.SUCCESS), _ST.format("GHS_CP_ResponseCode")),
        ),
    ),
    Case(
        "observation schedule changed",
        ObservationSchedule,
        st.builds(ObservationSchedule, _uint32, _floats, _floats),
        (
            Vector(
                "b84b02000a0000ff0a0000ff",
                ObservationSchedule(150456, Decimal("1.0"), Decimal("1.0")),
                _ST.format("GHS_APP_UpdateObservationScheduleChanged"),
            ),
        ),
    ),
    Case(
        "current elapsed time",
        CurrentElapsedTime,
        st.builds(CurrentElapsedTime, _times, st.booleans(), st.booleans(), st.booleans()),
        (
            Vector(
                "22a66a002c000007000101",
                CurrentElapsedTime(ElapsedTime(0x2C006AA6, source=7), True, True),
                _PHILIPS.format("ElapsedTimeServiceTest"),
            ),
            Vector(
                "300086f12d000006000100",
                CurrentElapsedTime(ElapsedTime(0x2DF18600, utc=False, offset=0, source=6), True),
                "stm32-hotspot/STM32WBA-BLE-GenericHealthSensor, ets_app.c, ETS_APP_Init",
            ),
        ),
    ),
)
