"""Glucose Service: measurement, context, feature."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from adapters.ble.characteristics import glucose_measurement, glucose_measurement_context
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.glucose_feature import Feature, GlucoseFeature
from adapters.ble.characteristics.glucose_measurement import GlucoseMeasurement, Status
from adapters.ble.characteristics.glucose_measurement_context import (
    Carbohydrate,
    Drug,
    Exercise,
    Food,
    GlucoseMeasurementContext,
    Health,
    Joined,
    Meal,
    Measured,
    Medication,
    TakenBy,
)
from adapters.ble.formats.numbers import SFLOAT
from adapters.ble.formats.sample import Sample, SampleSite, SampleType
from adapters.ble.hearing import Hearing
from adapters.reading import Quality
from tests.ble_packets import packet, uint16
from tests.characteristics import Case, Vector
from tests.characteristics.date_time import date_times

_NORDIC = "NordicSemiconductor/Android-BLE-Common-Library, callback/glucose/{}DataCallbackTest"
_JDRF = "markiantorno/JDRFAndroidBLEParser, {}CharacteristicTest, {}"

sfloats = st.integers(0, 0xFFFF).map(SFLOAT.decode)
samples = st.builds(Sample, st.sampled_from(SampleType), st.sampled_from(SampleSite))
_small = st.integers(0, 0xFF)
_flags = st.integers(0, 0x0FFF).map(Status)


@st.composite
def _measurements(draw: st.DrawFn) -> GlucoseMeasurement:
    measured = draw(st.none() | st.tuples(sfloats, samples))
    return GlucoseMeasurement(
        number=draw(uint16),
        base=draw(date_times),
        offset=draw(st.none() | st.integers(-0x8000, 0x7FFF)),
        concentration=measured[0] if measured else None,
        sample=measured[1] if measured else None,
        molar=draw(st.booleans()),
        status=draw(st.none() | _flags),
        context=draw(st.booleans()),
    )


def _context_told(data: bytes) -> Iterator[Any]:
    """As if its measurement had come before it."""
    hearing = Hearing()
    about = GlucoseMeasurementContext.from_bytes(data)
    hearing.keep(Joined).came(about.number, Measured(None, "1", Quality.NONE, about.number))
    return glucose_measurement_context.readings(packet(data), hearing)


def _sample(type_: SampleType, site: SampleSite = SampleSite.FINGER) -> Sample:
    return Sample(type_, site)


CASES = (
    Case(
        "glucose measurement",
        GlucoseMeasurement,
        _measurements(),
        (
            Vector(
                "1b0100e307021b0b0a1efbff1e00120501",
                GlucoseMeasurement(
                    1,
                    DateTime(2019, 2, 27, 11, 10, 30),
                    -5,
                    Decimal(30),
                    _sample(SampleType.CAPILLARY_PLASMA),
                    status=Status.BATTERY_LOW | Status.SAMPLE_TOO_SMALL | Status.TOO_COLD,
                    context=True,
                ),
                _NORDIC.format("GlucoseMeasurement"),
            ),
            Vector(
                "130100e20706060e350e000054b019",
                GlucoseMeasurement(
                    1,
                    DateTime(2018, 6, 6, 14, 53, 14),
                    0,
                    Decimal("0.00084"),
                    _sample(SampleType.INTERSTITIAL_FLUID),
                    context=True,
                ),
                _JDRF.format("GlucoseMeasurement", "parse"),
            ),
            Vector(
                "030200e20706060e3612100060b011",
                GlucoseMeasurement(
                    2,
                    DateTime(2018, 6, 6, 14, 54, 18),
                    16,
                    Decimal("0.00096"),
                    _sample(SampleType.CAPILLARY_WHOLE_BLOOD),
                ),
                _JDRF.format("GlucoseMeasurement", "parse_caseTwo"),
            ),
            Vector(
                "1b0400e407070e0b06055a0277b0f80000",
                GlucoseMeasurement(
                    4,
                    DateTime(2020, 7, 14, 11, 6, 5),
                    602,
                    Decimal("0.00119"),
                    Sample(SampleType.PLASMA),
                    status=Status(0),
                    context=True,
                ),
                "Stack Overflow, 'How to decode response from Glucose Measurement Characteristic': "
                "frame of an Accu-Chek Guide, 119 mg/dL",
            ),
            Vector(
                "030600e407040d10260a000078b0f1",
                GlucoseMeasurement(
                    6,
                    DateTime(2020, 4, 13, 16, 38, 10),
                    0,
                    Decimal("0.00120"),
                    Sample(SampleType.CAPILLARY_WHOLE_BLOOD),
                ),
                "dotintent/react-native-ble-plx issue #652: frame AwYA5AcEDRAmCgAAeLDx, 120 mg/dL",
            ),
        ),
        told=lambda data: glucose_measurement.readings(packet(data), Hearing()),
    ),
    Case(
        "glucose measurement context",
        GlucoseMeasurementContext,
        st.builds(
            GlucoseMeasurementContext,
            number=uint16,
            carbohydrate=st.none() | st.builds(Carbohydrate, st.sampled_from(Food), sfloats),
            meal=st.none() | st.sampled_from(Meal),
            tester=st.none() | st.tuples(st.sampled_from(TakenBy), st.sampled_from(Health)),
            exercise=st.none() | st.builds(Exercise, uint16, _small),
            medication=st.none()
            | st.builds(Medication, st.sampled_from(Drug), sfloats, st.booleans()),
            hba1c=st.none() | sfloats,
        ),
        (
            Vector(
                "ff0000b303640004123c003204d3f459f1",
                GlucoseMeasurementContext(
                    0,
                    Carbohydrate(Food.DINNER, Decimal(100)),
                    Meal.CASUAL,
                    (TakenBy.PROFESSIONAL, Health.MINOR_ISSUES),
                    Exercise(60, 50),
                    Medication(Drug.LONG_ACTING_INSULIN, Decimal("123.5"), litres=True),
                    Decimal("34.5"),
                ),
                _NORDIC.format("GlucoseMeasurementContext"),
                canonical=False,
            ),
            Vector(
                "840100bb51",
                GlucoseMeasurementContext(1, tester=(TakenBy.SELF, Health.NO_ISSUES)),
                _JDRF.format("GlucoseMeasurementContext", "testPacket1"),
                canonical=False,
            ),
            Vector(
                "970600d30472d00431035da0",
                GlucoseMeasurementContext(
                    6,
                    Carbohydrate(Food.SNACK, Decimal("0.114")),
                    Meal.CASUAL,
                    (TakenBy.SELF, Health.DURING_MENSES),
                    medication=Medication(Drug.INTERMEDIATE_ACTING_INSULIN, Decimal("0.000093")),
                ),
                _JDRF.format("GlucoseMeasurementContext", "testPacket2"),
                canonical=False,
            ),
            Vector(
                "ce0700690353ad08070700",
                GlucoseMeasurementContext(
                    7,
                    meal=Meal.FASTING,
                    tester=(TakenBy.LABORATORY, Health.NO_ISSUES),
                    exercise=Exercise(2221, 7),
                    hba1c=Decimal(7),
                ),
                _JDRF.format("GlucoseMeasurementContext", "testPacket3"),
                canonical=False,
            ),
            Vector(
                "b609000705510550d0",
                GlucoseMeasurementContext(
                    9,
                    meal=Meal.BEDTIME,
                    tester=(TakenBy.SELF, Health.NO_ISSUES),
                    medication=Medication(Drug.PRE_MIXED_INSULIN, Decimal("0.080"), litres=True),
                ),
                _JDRF.format("GlucoseMeasurementContext", "testPacket4"),
                canonical=False,
            ),
        ),
        told=_context_told,
    ),
    Case(
        "glucose feature",
        GlucoseFeature,
        st.builds(GlucoseFeature, st.integers(0, 0x07FF).map(Feature)),
        (
            Vector(
                "f003",
                GlucoseFeature(
                    Feature.STRIP_TYPE
                    | Feature.RESULT_HIGH_LOW
                    | Feature.TEMPERATURE_HIGH_LOW
                    | Feature.READ_INTERRUPTED
                    | Feature.DEVICE_FAULT
                    | Feature.TIME_FAULT
                ),
                _NORDIC.format("GlucoseFeature"),
            ),
        ),
    ),
)
