"""What every simulated fitness machine does beside its data: being asked, started and stopped.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.10, 4.16 and 4.17.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from adapters.ble.characteristics import (
    fitness_machine_control_point,
    fitness_machine_feature,
    fitness_machine_status,
    training_status,
)
from adapters.ble.characteristics.fitness_machine_control_point import (
    FitnessMachineControlPoint,
    Op,
)
from adapters.ble.characteristics.fitness_machine_feature import (
    FitnessMachineFeature,
    Measures,
    Settable,
)
from adapters.ble.characteristics.fitness_machine_status import FitnessMachineStatus, What
from adapters.ble.characteristics.training_status import Part, TrainingStatus
from adapters.ble.formats.procedures import Went
from adapters.errors import DecodeError
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.sensor import Moment, Offered
from adapters.simulator.streamer import Streamer

CONTROL = fitness_machine_control_point.UUID
STATUS = fitness_machine_status.UUID
TRAINING = training_status.UUID

_SAYS: Mapping[int, What] = {
    Op.START_OR_RESUME: What.STARTED_OR_RESUMED,
    Op.STOP_OR_PAUSE: What.STOPPED_OR_PAUSED,
    Op.RESET: What.RESET,
    Op.SET_SPEED: What.SPEED_SET,
    Op.SET_INCLINATION: What.INCLINATION_SET,
    Op.SET_RESISTANCE: What.RESISTANCE_SET,
    Op.SET_POWER: What.POWER_SET,
    Op.SET_BIKE_SIMULATION: What.BIKE_SIMULATION_SET,
}
"""What it can be asked, and what it says then."""


class Machine:
    """One machine; it runs until somebody stops it.

    Attributes:
        running_s: for how long it has run.
    """

    def __init__(self) -> None:
        self.running_s = 0.0
        self._seconds = 0.0
        self._running = True
        self._asked = False

    def step(self, moment: Moment) -> float:
        """Seconds that it ran since the last moment."""
        passed = moment.seconds - self._seconds if self._running else 0.0
        self._seconds = moment.seconds
        self.running_s += passed
        return passed

    def asked(self, data: bytes) -> Iterable[Sent]:
        """Answer the control point, and say what changed."""
        op = data[0] if data else 0
        went, says = self._do(data)
        answer = FitnessMachineControlPoint.answer(op, went)
        yield Sent(CONTROL, bytes(answer), confirmed=True)
        if says is not None:
            yield Sent(STATUS, bytes(says))
            part = Part.BY_HAND if self._running else Part.IDLE
            yield Sent(TRAINING, bytes(TrainingStatus(part)))

    def _do(self, data: bytes) -> tuple[Went, FitnessMachineStatus | None]:
        try:
            asked = FitnessMachineControlPoint.from_bytes(data)
        except DecodeError:
            known = bool(data) and data[0] in set(Op)
            return Went.INVALID_PARAMETER if known else Went.NOT_SUPPORTED, None
        if asked.op is Op.REQUEST_CONTROL:
            self._asked = True
            return Went.SUCCESS, None
        if asked.op not in _SAYS:
            return Went.NOT_SUPPORTED, None
        if not self._asked:
            return Went.CONTROL_NOT_PERMITTED, None
        starts = asked.op is Op.START_OR_RESUME
        if starts or asked.op is Op.STOP_OR_PAUSE:
            if starts is self._running:
                return Went.FAILED, None
            self._running = starts
        if asked.op is Op.RESET:
            self.running_s = 0.0
        return Went.SUCCESS, FitnessMachineStatus(_SAYS[asked.op], asked.parameter)


def on(says: Callable[[Machine, Moment], Iterable[Sent]]) -> Callable[[Setup], Streamer]:
    """The instrument of a machine, given what it says at each moment."""

    def made(_setup: Setup) -> Streamer:
        machine = Machine()
        return Streamer(lambda moment: says(machine, moment), {CONTROL: machine.asked})

    return made


def offers(
    uuid: str, measures: Measures, settable: Settable, *ranges: Offered
) -> dict[str, tuple[Offered, ...]]:
    """The service of a machine that sends its data on this characteristic."""
    feature = FitnessMachineFeature(measures, settable)
    return {
        fitness_machine_feature.SERVICE: (
            Offered(uuid, sends="notify"),
            Offered(fitness_machine_feature.UUID, bytes(feature)),
            Offered(TRAINING, bytes(TrainingStatus(Part.BY_HAND)), "notify"),
            *ranges,
            Offered(CONTROL, sends="indicate", writes=True),
            Offered(STATUS, sends="notify"),
        )
    }
