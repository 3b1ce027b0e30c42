"""Pulse Oximeter Service."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from adapters.ble.characteristics import plx_continuous_measurement, plx_spot_check_measurement
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.plx_continuous_measurement import (
    Averaged,
    PlxContinuousMeasurement,
)
from adapters.ble.characteristics.plx_features import Feature, PlxFeatures
from adapters.ble.characteristics.plx_spot_check_measurement import PlxSpotCheckMeasurement
from adapters.ble.formats.oximetry import KNOWN_MEASUREMENT, MeasurementStatus, SensorStatus
from tests.ble_packets import packet, uint16
from tests.characteristics import Case, Vector
from tests.characteristics.date_time import date_times
from tests.characteristics.glucose import sfloats

_CHOICEMMED = "Stack Overflow 71264072: frames of a ChoiceMMed finger oximeter, "
_SIG_PYTHON = "RonanB96/bluetooth-sig-python, test_plx_features, "

_statuses = st.none() | uint16.map(lambda bits: MeasurementStatus(bits & KNOWN_MEASUREMENT))
_sensors = st.none() | uint16.map(SensorStatus)
_averages = st.builds(Averaged, sfloats, sfloats)

CASES = (
    Case(
        "plx spot-check measurement",
        PlxSpotCheckMeasurement,
        st.builds(
            PlxSpotCheckMeasurement,
            saturation=sfloats,
            pulse=sfloats,
            at=st.none() | date_times,
            status=_statuses,
            sensor=_sensors,
            amplitude=st.none() | sfloats,
            clock_not_set=st.booleans(),
        ),
        (
            Vector(
                "1761006000e10701010122132000200000",
                PlxSpotCheckMeasurement(
                    Decimal(97),
                    Decimal(96),
                    DateTime(2017, 1, 1, 1, 34, 19),
                    MeasurementStatus.ONGOING,
                    SensorStatus.LOW_PERFUSION,
                    clock_not_set=True,
                ),
                _CHOICEMMED + "spot measurement",
            ),
        ),
        told=lambda data: plx_spot_check_measurement.readings(packet(data)),
    ),
    Case(
        "plx continuous measurement",
        PlxContinuousMeasurement,
        st.builds(
            PlxContinuousMeasurement,
            normal=_averages,
            fast=st.none() | _averages,
            slow=st.none() | _averages,
            status=_statuses,
            sensor=_sensors,
            amplitude=st.none() | sfloats,
        ),
        (
            Vector(
                "0c62004e002000000000",
                PlxContinuousMeasurement(
                    Averaged(Decimal(98), Decimal(78)),
                    status=MeasurementStatus.ONGOING,
                    sensor=SensorStatus(0),
                ),
                _CHOICEMMED + "continuous measurement",
            ),
        ),
        told=lambda data: plx_continuous_measurement.readings(packet(data)),
    ),
    Case(
        "plx features",
        PlxFeatures,
        st.builds(
            PlxFeatures,
            st.integers(0, 0xFF).map(lambda bits: Feature(bits & 0xFC)),
            _statuses,
            _sensors,
        ),
        (
            Vector("0800", PlxFeatures(Feature.TIME), _SIG_PYTHON + "Timestamp Support"),
            Vector("4000", PlxFeatures(Feature.AMPLITUDE), _SIG_PYTHON + "Pulse Amplitude Index"),
            Vector(
                "0080",
                PlxFeatures(),
                _SIG_PYTHON + "Reserved upper byte bit",
                canonical=False,
            ),
        ),
    ),
)
