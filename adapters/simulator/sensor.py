"""What a simulated sensor is, in plain data: what it offers over the air, and how it measures."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from adapters.ble.characteristics import device_information as information
from adapters.ble.characteristics import system_id
from adapters.ble.characteristics.battery_level import SERVICE as BATTERY_SERVICE
from adapters.ble.characteristics.battery_level import UUID as BATTERY
from adapters.simulator.shapes import Course, Shape

if TYPE_CHECKING:
    from adapters.simulator.instrument import Instrument, Setup

Pairing = Literal["none", "just-works", "passkey"]
"""What a device asks for before it tells anything: nothing, encryption, or encryption with a
passkey that somebody compared or typed."""


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
        described: what its descriptors say, by their UUIDs.
    """

    uuid: str
    value: bytes | None = None
    sends: Literal["", "notify", "indicate"] = ""
    writes: bool = False
    lively: bool = False
    described: Mapping[str, bytes] = field(default_factory=dict)


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
        failed: this measurement does not work out: the device says so as its kind does, by an
            error frame (all values "not a number", a status), and never by a number.
    """

    seconds: float
    number: int
    numbered: bool
    dice: random.Random
    values: Mapping[str, Course]
    failed: bool = False

    def value(self, name: str) -> float:
        """What is measured of this now."""
        return self.values[name].at(self.seconds, self.number, self.dice)


Limits = tuple[float, float] | frozenset[int]
"""The lowest and the highest of a number, or all that it may be."""

Measure = Callable[[Moment], bytes]


@dataclass(frozen=True, slots=True)
class Sensor:
    """A model of sensor.

    One that only says what it measures gives `measures` and `measuring`. One with a mind of its
    own (control points, stored records, users, a clock) gives `instrument` and `offers`.

    Attributes:
        key: how scenarios call it.
        name: how the advertised name begins.
        prefix: how serial numbers begin.
        make: Device Information texts, by characteristic.
        service: the service that is advertised.
        values: what it measures, with what it does if a scenario does not say.
        rate_hz: measurements a second, if a scenario does not say.
        measures: the characteristic that measurements are sent on, in `service`.
        sends: how.
        stored: a measurement is kept until it was indicated and confirmed.
        described: what the descriptors of that characteristic say, by their UUIDs.
        also: further characteristics of `service`, that are only read.
        measuring: gives a fresh function that turns moments, in order, into packets.
        instrument: makes one device, given what is its own.
        offers: its services with their characteristics, without the battery and the Device
            Information that every device has. No characteristic may stand in two of them.
        options: what a scenario can set by ``options`` (`Setup.options`), with what it is
            otherwise: a number, a text, yes or no, or a list.
        limits: what its characteristics can carry of each value, and what each option that is a
            number may be; the battery's are known.
        window_s: it can be heard for so long after a measurement and is silent otherwise; None:
            always. A scenario can say otherwise, here and below.
        leaves_after_s: it ends the link itself, so long after the last thing that went over it;
            None: it never does.
        pairing: what it asks for before it tells anything.
    """

    key: str
    name: str
    prefix: str
    make: Mapping[str, str]
    service: str
    values: Mapping[str, Shape]
    rate_hz: float
    measures: str = ""
    sends: Literal["notify", "indicate"] = "notify"
    stored: bool = False
    described: Mapping[str, bytes] = field(default_factory=dict)
    also: tuple[Offered, ...] = ()
    measuring: Callable[[], Measure] | None = None
    instrument: Callable[[Setup], Instrument] | None = None
    offers: Services = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    limits: Mapping[str, Limits] = field(default_factory=dict)
    window_s: float | None = None
    leaves_after_s: float | None = None
    pairing: Pairing = "none"

    def services(self, identity: Identity, battery: bytes) -> Services:
        """Everything one device of this model offers."""
        texts = {**self.make, information.SERIAL_NUMBER: identity.serial}
        told = [
            Offered(uuid, bytes(information.InformationText(text))) for uuid, text in texts.items()
        ]
        offered = dict(self.offers)
        if self.measuring is not None:
            own = (Offered(self.measures, sends=self.sends, described=self.described), *self.also)
            offered[self.service] = (*own, *offered.get(self.service, ()))
        level = Offered(BATTERY, battery, "notify")
        offered[BATTERY_SERVICE] = (level, *offered.get(BATTERY_SERVICE, ()))
        own_id = Offered(system_id.UUID, identity.system_id)
        offered[information.SERVICE] = (*told, own_id, *offered.get(information.SERVICE, ()))
        return offered


def make(model: str, firmware: str) -> Mapping[str, str]:
    """The Device Information texts of a model of ours."""
    return {
        information.MANUFACTURER_NAME: "health-gateway simulator",
        information.MODEL_NUMBER: model,
        information.HARDWARE_REVISION: "1",
        information.FIRMWARE_REVISION: firmware,
        information.SOFTWARE_REVISION: "1.0",
    }
