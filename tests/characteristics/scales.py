"""Weight Scale Service and Body Composition Service."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.ble.characteristics import body_composition_feature, weight, weight_scale_feature
from adapters.ble.characteristics.body_composition import BodyCompositionMeasurement
from adapters.ble.characteristics.body_composition_feature import BodyCompositionFeature
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.weight import Stature, WeightMeasurement
from adapters.ble.characteristics.weight_scale_feature import WeightScaleFeature
from adapters.ble.formats import composition
from adapters.ble.formats.resolution import HeightStep, WeightStep
from adapters.ble.hearing import Hearing
from tests.ble_packets import packet
from tests.characteristics import Case, Vector
from tests.characteristics.date_time import date_times
from tests.characteristics.medical import uint8, uint16

_BF600 = "oliexdev/openScale issue #219: a Beurer BF600, user 2, BMI 21.2"
_BF720 = "KristianP26/ble-scale-sync issue #168: capture of a Beurer BF720"
_BF788 = "KristianP26/ble-scale-sync issue #229: capture of a Beurer BF788"
_PARSER = "eisaev/blevalueparser, tests/bodycompositionmeasurementtest.cpp, {}"
_FEATURES = "eisaev/blevalueparser, tests/bodycompositionfeaturetest.cpp, {}"
_2023 = DateTime(2023, 2, 6, 18, 28, 0)
_maybe = st.none() | uint16
_Can = body_composition_feature.Feature

_ALL_FIELDS = BodyCompositionMeasurement(
    fat=0x3412,
    at=_2023,
    user=42,
    basal_metabolism=17699,
    muscle_percentage=0x5634,
    muscle_mass=0x6745,
    fat_free_mass=0x7856,
    soft_lean_mass=0x8967,
    body_water_mass=0x9A78,
    impedance=43913,
    weight=0xBC9A,
    height=0xCDAB,
)

CASES = (
    Case(
        "weight measurement",
        WeightMeasurement,
        st.builds(
            WeightMeasurement,
            weight=uint16,
            imperial=st.booleans(),
            at=st.none() | date_times,
            user=st.none() | uint8,
            stature=st.none() | st.builds(Stature, uint16, uint16),
        ),
        (
            Vector(
                "0ef22fe507071715211f02d400a406",
                WeightMeasurement(
                    0x2FF2,
                    at=DateTime(2021, 7, 23, 21, 33, 31),
                    user=2,
                    stature=Stature(212, 1700),
                ),
                _BF600,
            ),
            Vector(
                "0e783eea07050c12353601ee002607",
                WeightMeasurement(
                    15992,
                    at=DateTime(2026, 5, 12, 18, 53, 54),
                    user=1,
                    stature=Stature(238, 1830),
                ),
                f"{_BF720}, 79.96 kg",
            ),
            Vector(
                "0e205cea07070e1729200140018007",
                WeightMeasurement(
                    23584,
                    at=DateTime(2026, 7, 14, 23, 41, 32),
                    user=1,
                    stature=Stature(320, 1920),
                ),
                f"{_BF788}, 117.92 kg",
            ),
            Vector(
                "f16036",
                WeightMeasurement(13920, imperial=True),
                "field by field: Weight Scale Service 1.0, 3.2.1.1: reserved bits are ignored",
                canonical=False,
            ),
        ),
        told=lambda data: weight.readings(packet(data), Hearing()),
    ),
    Case(
        "weight scale feature",
        WeightScaleFeature,
        st.builds(
            WeightScaleFeature,
            st.integers(0, 7).map(weight_scale_feature.Feature),
            st.sampled_from(WeightStep),
            st.sampled_from(HeightStep),
        ),
        (
            Vector(
                "8f000000",
                WeightScaleFeature(
                    weight_scale_feature.Feature(7),
                    WeightStep.G_500_OR_LB_1,
                    HeightStep.MM_10_OR_IN_1,
                ),
                "RonanB96/bluetooth-sig-python, tests/gatt/characteristics/"
                "test_weight_scale_feature.py",
            ),
            Vector(
                "2f010000",
                WeightScaleFeature(
                    weight_scale_feature.Feature(7),
                    WeightStep.G_20_OR_LB_0_05,
                    HeightStep.MM_5_OR_IN_0_5,
                ),
                "field by field: GATT Specification Supplement, Weight Scale Feature",
            ),
        ),
    ),
    Case(
        "body composition measurement",
        BodyCompositionMeasurement,
        st.builds(
            BodyCompositionMeasurement,
            fat=uint16,
            imperial=st.booleans(),
            at=st.none() | date_times,
            user=st.none() | uint8,
            basal_metabolism=_maybe,
            muscle_percentage=_maybe,
            muscle_mass=_maybe,
            fat_free_mass=_maybe,
            soft_lean_mass=_maybe,
            body_water_mass=_maybe,
            impedance=_maybe,
            weight=_maybe,
            height=_maybe,
            one_of_several=st.booleans(),
        ),
        (
            Vector(
                "9803c200df1a9701cc2fca21a811",
                BodyCompositionMeasurement(
                    fat=194,
                    basal_metabolism=6879,
                    muscle_percentage=407,
                    soft_lean_mass=12236,
                    body_water_mass=8650,
                    impedance=4520,
                ),
                f"{_BF720}, fat 19.4 %, muscle 40.7 %, water 43.25 kg, 452.0 Ohm",
            ),
            Vector(
                "9803f300962389014042fa2f550f",
                BodyCompositionMeasurement(
                    fat=243,
                    basal_metabolism=9110,
                    muscle_percentage=393,
                    soft_lean_mass=16960,
                    body_water_mass=12282,
                    impedance=3925,
                ),
                f"{_BF788}, fat 24.3 %, lean 84.8 kg, water 61.41 kg, 392.5 Ohm",
            ),
            Vector(
                "9803000096230000000000000000",
                BodyCompositionMeasurement(0, False, None, None, 9110, 0, None, None, 0, 0, 0),
                f"{_BF788}, a weighing of which no body composition was taken",
            ),
            Vector(
                "feaf1234e7070206121c002a23453456456756786789789a89ab9abcabcd",
                _ALL_FIELDS,
                _PARSER.format("FeaturesAll_SinglePacket_ReservedOdd"),
                canonical=False,
            ),
            Vector(
                "00501234",
                BodyCompositionMeasurement(0x3412, one_of_several=True),
                _PARSER.format("FeaturesNone_MultiplePacket_ReservedEven"),
                canonical=False,
            ),
            Vector(
                "541512342a34565678789a9abc",
                BodyCompositionMeasurement(
                    0x3412,
                    user=42,
                    muscle_percentage=0x5634,
                    fat_free_mass=0x7856,
                    body_water_mass=0x9A78,
                    weight=0xBC9A,
                    one_of_several=True,
                ),
                _PARSER.format("FeaturesEven_MultiplePacket_ReservedNone"),
            ),
        ),
        told=lambda data: composition.readings(packet(data), Hearing()),
    ),
    Case(
        "body composition feature",
        BodyCompositionFeature,
        st.builds(
            BodyCompositionFeature,
            st.integers(0, 0x7FF).map(_Can),
            st.sampled_from(WeightStep),
            st.sampled_from(HeightStep),
        ),
        (
            Vector(
                "559d0100",
                BodyCompositionFeature(
                    _Can.TIME
                    | _Can.BASAL_METABOLISM
                    | _Can.MUSCLE_MASS
                    | _Can.SOFT_LEAN_MASS
                    | _Can.IMPEDANCE
                    | _Can.HEIGHT,
                    WeightStep.G_100_OR_LB_0_2,
                    HeightStep.MM_1_OR_IN_0_1,
                ),
                _FEATURES.format("FeaturesOdd_WeightRes0100_HeightRes0001_ReservedNone"),
            ),
            Vector(
                "6eb90000",
                BodyCompositionFeature(
                    _Can.USERS
                    | _Can.BASAL_METABOLISM
                    | _Can.MUSCLE_PERCENTAGE
                    | _Can.FAT_FREE_MASS
                    | _Can.SOFT_LEAN_MASS
                    | _Can.IMPEDANCE,
                    WeightStep.G_5_OR_LB_0_01,
                    HeightStep.MM_10_OR_IN_1,
                ),
                _FEATURES.format("FeaturesPat4_WeightRes0005_HeightRes0010_ReservedNone"),
            ),
        ),
    ),
)
