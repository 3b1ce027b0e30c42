"""The simulated pulse oximeter, held in the hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from adapters.ble.characteristics import (
    plx_continuous_measurement,
    plx_spot_check_measurement,
)
from adapters.ble.characteristics.plx_continuous_measurement import PlxContinuousMeasurement
from adapters.ble.characteristics.plx_spot_check_measurement import PlxSpotCheckMeasurement
from adapters.ble.formats.numbers import Special
from adapters.ble.formats.oximetry import MeasurementStatus, SensorStatus
from adapters.simulator.models import pulse_oximeter
from adapters.simulator.models.pulse_oximeter import PulseOximeter
from tests.ble_packets import packet
from tests.instruments import Time, fetched, moment, setup


def an_oximeter(time: Callable[[], datetime], **options: object) -> PulseOximeter:
    return PulseOximeter(setup(pulse_oximeter.SENSOR, time, **options))


def test_an_oximeter_gives_out_all_spot_checks_and_no_selection() -> None:
    device = an_oximeter(Time(), records=4)
    sent = fetched(device)
    checks = [PlxSpotCheckMeasurement.from_bytes(one.data) for one in sent[:-1]]
    assert len(checks) == 4
    assert all(
        MeasurementStatus.FROM_STORAGE in (one.status or MeasurementStatus(0)) for one in checks
    )
    (refused,) = fetched(device, bytes.fromhex("0103010000"))
    assert refused.data == bytes.fromhex("06000104")


def test_a_live_spot_check_is_stored_too_and_is_the_same_record() -> None:
    device = an_oximeter(Time(), records=0, spot_every=1)
    (live,) = device.measure(moment(pulse_oximeter.SENSOR, 0))
    stored, _ = fetched(device)
    told = [
        [(one.kind, one.value, one.told, one.identity) for one in readings]
        for readings in (
            plx_spot_check_measurement.readings(packet(live.data)),
            plx_spot_check_measurement.readings(packet(stored.data)),
        )
    ]
    assert told[0] == told[1]


def test_a_stream_has_averages_where_asked_and_no_number_without_a_finger() -> None:
    device = an_oximeter(Time(), averages=True)
    (sent,) = device.measure(moment(pulse_oximeter.SENSOR, 0))
    assert sent.uuid == plx_continuous_measurement.UUID
    measured = PlxContinuousMeasurement.from_bytes(sent.data)
    assert measured.fast == measured.slow == measured.normal
    (lost,) = device.measure(moment(pulse_oximeter.SENSOR, 1, failed=True))
    gone = PlxContinuousMeasurement.from_bytes(lost.data)
    assert gone.normal.saturation is Special.NAN
    assert gone.sensor == SensorStatus.NOT_ON_THE_USER
