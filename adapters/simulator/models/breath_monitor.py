"""A monitor of carbon monoxide in breath: one numbered record a breath test, kept until confirmed.

It speaks what `adapters/ble/profiles/breath_carbon_monoxide_monitor.toml` describes, and is
written from that description.
"""

from __future__ import annotations

from decimal import Decimal

from adapters.ble.catalog import built_in
from adapters.simulator.sensor import Measure, Moment, Sensor, make
from adapters.simulator.shapes import Constant, Steps

_DESCRIPTION = built_in().descriptions["breath-carbon-monoxide-monitor"]
_RECORD = next(one for one in _DESCRIPTION.characteristic if one.delivery == "stored")
_STEP = Decimal("0.1")
_HIGHEST = Decimal("500")


def measuring() -> Measure:
    """A monitor without any record; the first has the number 1."""
    layout = _RECORD.layout()

    def measure(moment: Moment) -> bytes:
        breath = Decimal(repr(moment.value("breath"))).quantize(_STEP)
        said = min(max(breath, Decimal(0)), _HIGHEST)
        number = Decimal((moment.number + 1) & 0xFFFF)
        return layout.encode({"record": number, "breath": said})

    return measure


SENSOR = Sensor(
    key="breath-monitor",
    name="Breath monitor",
    prefix="BM",
    make=make("Breath monitor 2", "1.7"),
    service=_DESCRIPTION.advertised.services[0],
    measures=_RECORD.uuid,
    sends="indicate",
    stored=True,
    values={
        "breath": Steps(shape="steps", values=[2, 3, 9, 4], each_s=600, noise=0.4),
        "battery": Constant(shape="constant", value=64),
    },
    limits={"breath": (0, 500)},
    rate_hz=1 / 600,
    measuring=measuring,
)
