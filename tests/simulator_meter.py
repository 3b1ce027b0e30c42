"""A meter for tests of the simulator's engine: records by request, users, a clock, a status."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic

from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics import user_control_point
from adapters.ble.characteristics.record_access_control_point import Op
from adapters.simulator.device_time import CURRENT_TIME, DeviceTime
from adapters.simulator.instrument import AttError, Sent, Setup
from adapters.simulator.radio import SimulatedRadio, virtual_radio
from adapters.simulator.record_store import Access, Kept, RecordStore
from adapters.simulator.registry import sensors
from adapters.simulator.scenario import read
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant
from adapters.simulator.simulation import Simulation, simulated
from adapters.simulator.user_slots import OFFERS, SERVICE, User, UserSlots

METER = "0000aa00-0000-4000-8000-00805f9b34fb"
RECORD = "0000aa01-0000-4000-8000-00805f9b34fb"
RESULT = "0000aa02-0000-4000-8000-00805f9b34fb"
BROKEN = "0000aa03-0000-4000-8000-00805f9b34fb"
CLOCKS = "00001805-0000-1000-8000-00805f9b34fb"
ACCESS = Access((RECORD,), ops=frozenset({Op.REPORT, Op.ABORT, Op.COUNT}), capacity=300)


class Meter:
    """Keeps records to be asked for, and indicates each new result until it is confirmed."""

    def __init__(self, setup: Setup) -> None:
        self.kept: deque[Sent] = deque()
        self.failed = 0
        self.time = DeviceTime.of(setup.clock)
        self.store = RecordStore(ACCESS, setup.listening)
        users = setup.options["users"]
        assert isinstance(users, tuple)
        self.users = UserSlots(users, listening=setup.listening)
        records = setup.options["records"]
        assert isinstance(records, int)
        for number in range(records):
            self._store(number)

    def _store(self, number: int) -> None:
        record = number.to_bytes(2, "little")
        self.store.keep(Kept(number, (Sent(RECORD, record, number=number),)))

    def measure(self, moment: Moment) -> Iterable[Sent]:
        if moment.failed:
            self.failed += 1
            return (Sent(RESULT, b"\xff\xff", confirmed=True, number=moment.number),)
        self._store(1000 + moment.number)
        result = Sent(RESULT, bytes([moment.number & 0xFF, 1]), True, moment.number)
        self.kept.append(result)
        return (result,)

    def read(self, uuid: str) -> bytes:
        return self.time.read(uuid) if uuid == CURRENT_TIME else self.users.read(uuid)

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        if uuid == racp.UUID:
            return self.store.write(data)
        if uuid == user_control_point.UUID:
            return self.users.write(data)
        if uuid == CURRENT_TIME:
            self.time.write(uuid, data)
            return ()
        if data == b"error":
            raise AttError(0x85)
        raise KeyError("a model that is wrong")

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        return tuple(self.kept) if uuid == RESULT else ()

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        if self.kept and sent is self.kept[0]:
            self.kept.popleft()
        return self.store.delivered(sent)

    def disconnected(self) -> None:
        self.store.disconnected()
        self.users.disconnected()


SENSOR = Sensor(
    key="test-meter",
    name="Meter",
    prefix="TM",
    make=make("Meter 1", "1.0"),
    service=METER,
    values={"battery": Constant(shape="constant", value=50)},
    rate_hz=0.001,
    instrument=Meter,
    offers={
        METER: (
            Offered(RECORD, sends="notify"),
            Offered(RESULT, sends="indicate"),
            Offered(racp.UUID, sends="indicate", writes=True),
            Offered(BROKEN, writes=True),
        ),
        SERVICE: OFFERS,
        CLOCKS: (Offered(CURRENT_TIME, lively=True, writes=True),),
    },
    options={"records": 0, "users": (User(slot=1, code=1111),)},
)


@contextlib.contextmanager
def meters() -> Iterator[None]:
    """Scenarios know this model, until the block is left."""
    sensors()[SENSOR.key] = SENSOR
    try:
        yield
    finally:
        del sensors()[SENSOR.key]


@contextlib.asynccontextmanager
async def measuring(
    text: str, *, keeps_early: bool = True
) -> AsyncIterator[tuple[Simulation, SimulatedRadio, Meter]]:
    """One meter with this text, on the air, and a radio beside it."""
    head = 'title = "M"\nseed = 3\n[[device]]\nid = "m"\nmodel = "test-meter"\n'
    with meters():
        async with (
            simulated(read(head + text)) as simulation,
            virtual_radio(simulation.link, keeps_early=keeps_early) as radio,
        ):
            meter = simulation.peripherals[0].instrument
            assert isinstance(meter, Meter)
            yield simulation, radio, meter


@contextlib.asynccontextmanager
async def connected(
    simulation: Simulation, radio: SimulatedRadio, *, pair: bool = False
) -> AsyncIterator[BleakClient]:
    address = simulation.peripherals[0].identity.address
    device = await BleakScanner.find_device_by_address(address, timeout=40, backend=radio.scanner)
    assert device is not None, "it is not heard"
    async with BleakClient(device, timeout=5, pair=pair, backend=radio.client) as client:
        yield client


async def listen(client: BleakClient, *uuids: str) -> list[tuple[str, bytes]]:
    """Subscribe; what comes is added to the list."""
    came: list[tuple[str, bytes]] = []

    def add(one: BleakGATTCharacteristic, value: bytearray) -> None:
        came.append((one.uuid, bytes(value)))

    for uuid in uuids:
        await client.start_notify(uuid, add)
    return came
