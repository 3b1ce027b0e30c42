"""A scale for a family: it knows its users by slots that a code opens, and works out their bodies.

What it tells of a user goes to whoever opened that slot; a weighing of somebody it does not know
goes to everybody, as the unknown user's. A body composition comes after its weight, in two packets
where the scenario says so.

Source: Bluetooth SIG, Body Composition Service 1.0; Weight Scale Service 1.0; User Data Service
1.1.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import TypeAdapter

from adapters.ble.characteristics import (
    body_composition,
    body_composition_feature,
    user_control_point,
    weight,
    weight_scale_feature,
)
from adapters.ble.characteristics.body_composition import BodyCompositionMeasurement
from adapters.ble.characteristics.body_composition_feature import BodyCompositionFeature
from adapters.ble.characteristics.weight_scale_feature import WeightScaleFeature
from adapters.ble.formats.resolution import HeightStep, WeightStep
from adapters.ble.formats.weighing import UNSUCCESSFUL
from adapters.ble.record import UNKNOWN_USER
from adapters.simulator import user_slots
from adapters.simulator.clock_service import CLOCK, ClockService
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.scales import steps, weighed
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Noise
from adapters.simulator.store_and_forward import StoreAndForward
from adapters.simulator.user_slots import User, UserSlots

_USERS = TypeAdapter(list[User])
_Can = body_composition_feature.Feature
_METRES = 1.83
_KJ_A_KG = 95


class BodyCompositionScale:
    """One scale.

    Attributes:
        users: its users and their codes.
    """

    def __init__(self, setup: Setup) -> None:
        known = _USERS.validate_python(setup.options.get("users", []))
        self.users = UserSlots(known, listening=setup.listening)
        self._people = setup.options.get("people")
        self._imperial = bool(setup.options.get("imperial"))
        self._in_two = bool(setup.options.get("two_packets"))
        self._clock = ClockService(setup.clock)
        self._memory = {slot: StoreAndForward() for slot in self.users.known}

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """Weigh whoever stands on it, and tell those who may know."""
        user = self._standing(moment.number)
        metres = _METRES if user != UNKNOWN_USER else 0
        told = weighed(moment, self._clock.time(), user, imperial=self._imperial, metres=metres)
        said = (
            Sent(weight.UUID, bytes(told), True, moment.number),
            *(
                Sent(body_composition.UUID, bytes(part), True, moment.number)
                for part in self._composition(moment)
            ),
        )
        sent = self._memory.setdefault(user, StoreAndForward()).keep(*said)
        return sent if user in (self.users.current, UNKNOWN_USER) else ()

    def _standing(self, number: int) -> int:
        people = self._people if isinstance(self._people, list) else []
        return int(people[number % len(people)]) if people else UNKNOWN_USER

    def _composition(self, moment: Moment) -> Iterable[BodyCompositionMeasurement]:
        """Everything but time and user, which the weight before it tells."""
        if moment.failed:
            yield BodyCompositionMeasurement(UNSUCCESSFUL, self._imperial)
            return
        kilograms, fat = moment.value("weight"), moment.value("fat")
        lean = kilograms * (1 - fat / 100)

        def mass(share: float) -> int:
            return steps(lean * share, imperial=self._imperial)

        whole = BodyCompositionMeasurement(
            fat=round(fat * 10),
            imperial=self._imperial,
            basal_metabolism=round(lean * _KJ_A_KG),
            muscle_percentage=round((100 - fat) * 5.2),
            soft_lean_mass=None if self._in_two else mass(0.95),
            body_water_mass=None if self._in_two else mass(0.73),
            impedance=None if self._in_two else round(moment.value("impedance") * 10),
            one_of_several=self._in_two,
        )
        yield whole
        if self._in_two:
            yield BodyCompositionMeasurement(
                fat=whole.fat,
                imperial=self._imperial,
                muscle_mass=mass(0.92),
                fat_free_mass=mass(1),
                soft_lean_mass=mass(0.95),
                body_water_mass=mass(0.73),
                impedance=round(moment.value("impedance") * 10),
                one_of_several=True,
            )

    def read(self, uuid: str) -> bytes:
        """Its clock, and which user's slot is open."""
        return self._clock.read(uuid) if self._clock.reads(uuid) else self.users.read(uuid)

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """A peer sets the clock or opens a slot; then what was kept of its user goes out."""
        if uuid != user_control_point.UUID:
            self._clock.write(uuid, data)
            return ()
        before = self.users.current
        said = self.users.write(data)
        opened = self.users.current not in (before, UNKNOWN_USER)
        return (*said, *self._kept(self.users.current)) if opened else said

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """What was kept of people it does not know, weight and body in their order."""
        return self._kept(UNKNOWN_USER) if uuid == body_composition.UUID else ()

    def _kept(self, user: int) -> Iterable[Sent]:
        return tuple(self._memory.setdefault(user, StoreAndForward()).kept)

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """Forget what was confirmed."""
        for memory in self._memory.values():
            memory.confirmed(sent)
        return ()

    def disconnected(self) -> None:
        """What nobody has confirmed stays; slots are shut again."""
        self.users.disconnected()


SENSOR = Sensor(
    key="body-composition-scale",
    name="Body scale",
    prefix="BC",
    make=make("Body scale 3", "3.2"),
    service=body_composition.SERVICE,
    values={
        "weight": Noise(shape="noise", mean=79.9, noise=0.4),
        "fat": Noise(shape="noise", mean=19.4, noise=0.3),
        "impedance": Noise(shape="noise", mean=452, noise=4),
        "battery": Constant(shape="constant", value=73),
    },
    limits={"weight": (0, 327.6), "fat": (0, 100), "impedance": (0, 6553), "people": (0, 255)},
    rate_hz=1 / 3600,
    instrument=BodyCompositionScale,
    offers={
        body_composition.SERVICE: (
            Offered(body_composition.UUID, sends="indicate"),
            Offered(
                body_composition_feature.UUID,
                bytes(
                    BodyCompositionFeature(
                        _Can.USERS
                        | _Can.BASAL_METABOLISM
                        | _Can.MUSCLE_PERCENTAGE
                        | _Can.MUSCLE_MASS
                        | _Can.FAT_FREE_MASS
                        | _Can.SOFT_LEAN_MASS
                        | _Can.BODY_WATER_MASS
                        | _Can.IMPEDANCE,
                        WeightStep.G_5_OR_LB_0_01,
                    )
                ),
            ),
        ),
        weight.SERVICE: (
            Offered(weight.UUID, sends="indicate"),
            Offered(
                weight_scale_feature.UUID,
                bytes(
                    WeightScaleFeature(
                        weight_scale_feature.Feature(7),
                        WeightStep.G_5_OR_LB_0_01,
                        HeightStep.MM_1_OR_IN_0_1,
                    )
                ),
            ),
        ),
        user_slots.SERVICE: user_slots.OFFERS,
        **CLOCK,
    },
    options={
        "users": [{"slot": 1, "code": 1234}, {"slot": 2, "code": 5678}],
        "people": [1, 2],
        "imperial": False,
        "two_packets": False,
    },
    window_s=30.0,
    leaves_after_s=10.0,
)
