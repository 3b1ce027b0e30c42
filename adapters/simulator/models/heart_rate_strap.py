"""A chest strap: heart rate, skin contact, beat intervals, and energy in every tenth value.

Source: Bluetooth SIG, Heart Rate Service 1.0, 3.1 to 3.3; 3.1.1.3 asks for energy once in ten.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.ble.characteristics import battery_level, battery_level_status, pnp_id
from adapters.ble.characteristics import body_sensor_location as location
from adapters.ble.characteristics import device_information as information
from adapters.ble.characteristics import heart_rate_control_point as control
from adapters.ble.characteristics.battery_level_status import BatteryLevelStatus, Charge, Fill
from adapters.ble.characteristics.heart_rate import SERVICE, UUID, HeartRateMeasurement
from adapters.ble.characteristics.pnp_id import Numbered, PnpId
from adapters.errors import DecodeError
from adapters.simulator.instrument import AttError, Sent, Setup
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Sine
from adapters.simulator.streamer import Streamer

_ENERGY_EVERY = 10
_KJ_A_SECOND = 0.09
_MOST_INTERVALS = 9
"""As many as fit into the shortest packet beside rate and energy: (20 - 4) / 2, and one to spare
for none; a strap that falls behind drops the oldest."""

_MOST_BEATS = 10_000
"""So many beats are made up for one packet; those before them nobody could be told of."""

_PNP_ID = PnpId(Numbered.BLUETOOTH_SIG, 0xFFFF, 1, 0x0240)
"""0xFFFF is the company number for tests (Assigned Numbers, 7)."""


class _Strap:
    """A strap that has just been put on."""

    def __init__(self) -> None:
        self._since_beat_s = 0.0
        self._before_s = 0.0
        self._counted_from_s = 0.0

    def measure(self, moment: Moment) -> bytes:
        rate = max(0, round(moment.value("heart_rate")))
        self._since_beat_s += moment.seconds - self._before_s
        self._before_s = moment.seconds
        if rate:
            self._since_beat_s = min(self._since_beat_s, _MOST_BEATS * 60 / rate)
        intervals = []
        while rate and self._since_beat_s >= (interval_s := 60 / rate * moment.dice.gauss(1, 0.02)):
            self._since_beat_s -= interval_s
            intervals.append(min(round(interval_s * 1024), 0xFFFF))
        measured = HeartRateMeasurement(
            rate=min(rate, 0xFFFF),
            contact=moment.value("contact") >= 0.5,
            energy=self._energy(moment),
            rr=tuple(intervals[-_MOST_INTERVALS:]),
        )
        return bytes(measured)

    def says(self, moment: Moment) -> Iterable[Sent]:
        yield Sent(UUID, self.measure(moment), number=moment.number)

    def _energy(self, moment: Moment) -> int | None:
        if moment.numbered:
            return moment.number & 0xFFFF
        if moment.number % _ENERGY_EVERY:
            return None
        return int((moment.seconds - self._counted_from_s) * _KJ_A_SECOND) & 0xFFFF

    def asked(self, data: bytes) -> Iterable[Sent]:
        """Count energy from zero."""
        try:
            control.HeartRateControlPoint.from_bytes(data)
        except DecodeError:
            raise AttError(control.NOT_SUPPORTED) from None
        self._counted_from_s = self._before_s
        return ()


def _instrument(_setup: Setup) -> Streamer:
    strap = _Strap()
    return Streamer(strap.says, {control.UUID: strap.asked})


SENSOR = Sensor(
    key="heart-rate-strap",
    name="Heart strap",
    prefix="HS",
    make=make("Heart strap 1", "2.4.0"),
    service=SERVICE,
    values={
        "heart_rate": Sine(shape="sine", mean=64, swing=5, period_s=60, noise=1.0),
        "contact": Constant(shape="constant", value=1),
        "battery": Constant(shape="constant", value=92),
    },
    limits={"heart_rate": (0, 0xFFFF), "contact": (0, 1)},
    rate_hz=1.0,
    measures=UUID,
    measuring=lambda: _Strap().measure,
    also=(
        Offered(location.UUID, bytes(location.BodySensorLocation(location.Site.CHEST))),
        Offered(control.UUID, writes=True),
    ),
    instrument=_instrument,
    offers={
        battery_level.SERVICE: (
            Offered(
                battery_level_status.UUID,
                bytes(BatteryLevelStatus(True, charge=Charge.IN_USE, fill=Fill.GOOD)),
            ),
        ),
        information.SERVICE: (Offered(pnp_id.UUID, bytes(_PNP_ID)),),
    },
)
