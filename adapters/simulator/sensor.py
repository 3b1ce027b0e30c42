"""What a simulated sensor is, in plain data: what it offers over the air, and how it measures."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from adapters.ble.characteristics import device_information as information
from adapters.ble.characteristics import system_id
from adapters.ble.characteristics.battery_level import SERVICE as BATTERY_SERVICE
from adapters.ble.characteristics.battery_level import UUID as BATTERY
from adapters.simulator.shapes import Shape


@dataclass(frozen=True, slots=True)
class Identity:
    """By what one device is told from all others."""

    address: str
    name: str
    serial: str

    @property
    def system_id(self) -> bytes:
        """Made from the address, as real devices do.

        Source: Bluetooth SIG, Device Information Service 1.1, 3.6 (with 0xFFFE in the middle).
        """
        octets = bytes.fromhex(self.address.replace(":", ""))
        manufacturer = int.from_bytes(b"\xff\xfe" + octets[3:])
        return bytes(system_id.SystemId(manufacturer, int.from_bytes(octets[:3])))


@dataclass(frozen=True, slots=True)
class Offered:
    """One characteristic: what it says when it is read, and how it sends by itself.

    Attributes:
        uuid: which.
        value: what is read; None where it cannot be read.
        sends: how it sends by itself.
        writes: a peer may write it; what was written goes to the device's instrument.
        lively: its value is asked of the instrument at each read; `value` is any bytes then.
    """

    uuid: str
    value: bytes | None = None
    sends: Literal["", "notify", "indicate"] = ""
    writes: bool = False
    lively: bool = False


Services = Mapping[str, tuple[Offered, ...]]


@dataclass(frozen=True, slots=True)
class Moment:
    """One measurement that is due.

    Attributes:
        seconds: since the start.
        number: how many this device has made before.
        numbered: whether the value is to carry that number.
        dice: this moment's own chance.
        values: how what is measured goes through time.
    """

    seconds: float
    number: int
    numbered: bool
    dice: random.Random
    values: Mapping[str, Shape]

    def value(self, name: str) -> float:
        """What is measured of this now."""
        return self.values[name].at(self.seconds, self.number, self.dice)


Measure = Callable[[Moment], bytes]


@dataclass(frozen=True, slots=True)
class Sensor:
    """A model of sensor.

    Attributes:
        key: how scenarios call it.
        name: how the advertised name begins.
        prefix: how serial numbers begin.
        make: Device Information texts, by characteristic.
        service: the service that is advertised and holds what is measured.
        measures: the characteristic that measurements are sent on.
        sends: how.
        stored: a measurement is kept until it was indicated and confirmed.
        also: further characteristics of `service`, that are only read.
        values: what it measures, with what it does if a scenario does not say.
        rate_hz: measurements a second, if a scenario does not say.
        measuring: gives a fresh function that turns moments, in order, into packets.
    """

    key: str
    name: str
    prefix: str
    make: Mapping[str, str]
    service: str
    measures: str
    sends: Literal["notify", "indicate"]
    stored: bool
    values: Mapping[str, Shape]
    rate_hz: float
    measuring: Callable[[], Measure]
    also: tuple[Offered, ...] = ()

    def services(self, identity: Identity, battery: bytes) -> Services:
        """Everything one device of this model offers."""
        texts = {**self.make, information.SERIAL_NUMBER: identity.serial}
        told = [
            Offered(uuid, bytes(information.InformationText(text))) for uuid, text in texts.items()
        ]
        return {
            self.service: (Offered(self.measures, sends=self.sends), *self.also),
            BATTERY_SERVICE: (Offered(BATTERY, battery, "notify"),),
            information.SERVICE: (*told, Offered(system_id.UUID, identity.system_id)),
        }


def make(model: str, firmware: str) -> Mapping[str, str]:
    """The Device Information texts of a model of ours."""
    return {
        information.MANUFACTURER_NAME: "health-gateway simulator",
        information.MODEL_NUMBER: model,
        information.HARDWARE_REVISION: "1",
        information.FIRMWARE_REVISION: firmware,
        information.SOFTWARE_REVISION: "1.0",
    }
