"""A bathroom scale that knows nobody: it keeps each weighing until somebody has taken it.

Source: Bluetooth SIG, Weight Scale Service 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.ble.characteristics import weight, weight_scale_feature
from adapters.ble.characteristics.weight_scale_feature import Feature, WeightScaleFeature
from adapters.ble.formats.resolution import WeightStep
from adapters.simulator.clock_service import CLOCK, ClockService
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.scales import weighed
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Noise
from adapters.simulator.store_and_forward import StoreAndForward


class WeightScale:
    """One scale."""

    def __init__(self, setup: Setup) -> None:
        self._imperial = bool(setup.options.get("imperial"))
        self._clock = ClockService(setup.clock)
        self._memory = StoreAndForward()

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """Weigh; a weighing that failed says so."""
        said = weighed(moment, self._clock.time(), None, imperial=self._imperial)
        return self._memory.keep(Sent(weight.UUID, bytes(said), True, moment.number))

    def read(self, uuid: str) -> bytes:
        """Its clock."""
        return self._clock.read(uuid)

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """A peer sets its clock."""
        self._clock.write(uuid, data)
        return ()

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """What nobody has taken yet."""
        return self._memory.waiting_for(uuid)

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """Forget what was confirmed."""
        self._memory.confirmed(sent)
        return ()

    def disconnected(self) -> None:
        """What nobody has confirmed stays."""


SENSOR = Sensor(
    key="weight-scale",
    name="Scale",
    prefix="WS",
    make=make("Scale 1", "1.1"),
    service=weight.SERVICE,
    values={
        "weight": Noise(shape="noise", mean=78.4, noise=0.4),
        "battery": Constant(shape="constant", value=90),
    },
    limits={"weight": (0, 327.6)},
    rate_hz=1 / 3600,
    instrument=WeightScale,
    offers={
        weight.SERVICE: (
            Offered(weight.UUID, sends="indicate"),
            Offered(
                weight_scale_feature.UUID,
                bytes(WeightScaleFeature(Feature.TIME, WeightStep.G_5_OR_LB_0_01)),
            ),
        ),
        **CLOCK,
    },
    options={"imperial": False},
    window_s=30.0,
    leaves_after_s=10.0,
)
