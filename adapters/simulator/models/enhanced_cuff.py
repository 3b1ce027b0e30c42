"""A cuff that keeps numbered records for each of its users, behind a code of their own.

It tells a measurement at once to whoever listens, and gives out the records of the user whose slot
was opened when it is asked for them, secured by a checksum.

Source: Bluetooth SIG, Blood Pressure Service 1.1.1; User Data Service 1.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pydantic import TypeAdapter

from adapters.ble.characteristics import (
    blood_pressure,
    blood_pressure_feature,
    blood_pressure_record,
    enhanced_blood_pressure,
    enhanced_cuff_pressure,
    intermediate_cuff_pressure,
    record_access_control_point,
    user_control_point,
)
from adapters.ble.characteristics.blood_pressure import BloodPressureMeasurement
from adapters.ble.characteristics.blood_pressure_feature import BloodPressureFeature, Feature
from adapters.ble.characteristics.blood_pressure_record import BloodPressureRecord
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.enhanced_blood_pressure import EnhancedBloodPressureMeasurement
from adapters.ble.characteristics.enhanced_cuff_pressure import EnhancedIntermediateCuffPressure
from adapters.ble.formats.cuff_times import since_2000
from adapters.ble.formats.e2e_crc import sealed
from adapters.simulator import user_slots
from adapters.simulator.clock_service import CLOCK, ClockService
from adapters.simulator.cuffs import INFLATING, LIMITS, VALUES, noticed, pressures, pulse
from adapters.simulator.device_time import counted
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.record_store import Access, Kept, RecordStore
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.user_slots import User, UserSlots

_USERS = TypeAdapter(list[User])
_ENHANCED = 0x2B34
_PIECE = 15
"""As much of a value as goes into one packet of the smallest size."""

_FEATURES = BloodPressureFeature(
    Feature.BODY_MOVEMENT
    | Feature.IRREGULAR_PULSE
    | Feature.E2E_CRC
    | Feature.USER_DATA
    | Feature.USER_FACING_TIME
)
_ACCESS = Access(needs=(blood_pressure_record.UUID,))


class EnhancedCuff:
    """One cuff.

    Attributes:
        users: its users and their codes.
        records: what is stored of each of them.
    """

    def __init__(self, setup: Setup) -> None:
        known = _USERS.validate_python(setup.options.get("users", []))
        self.users = UserSlots(known, listening=setup.listening)
        self.records = {slot: RecordStore(_ACCESS, setup.listening) for slot in self.users.known}
        self._nobodys = RecordStore(_ACCESS, setup.listening)
        self._status = setup.options.get("status")
        self._listening = setup.listening
        self._clock = ClockService(setup.clock)
        self._began = self._clock.time()
        self._numbers: Counter[int] = Counter()

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """Inflate, tell whoever listens, and store; each user in turn."""
        known = self.users.known
        user = known[moment.number % len(known)] if known else None
        measured = self._measured(moment, user)
        if user is not None:
            self._store(user, measured, moment.number)
        yield from self._inflating()
        if self._listening(enhanced_blood_pressure.UUID):
            yield Sent(enhanced_blood_pressure.UUID, bytes(measured), True, moment.number)
        elif self._listening(blood_pressure.UUID):
            plain = BloodPressureMeasurement(
                measured.systolic,
                measured.diastolic,
                measured.mean,
                at=DateTime.of(self._clock.time()),
                pulse=measured.pulse,
                user=user,
                status=measured.status,
            )
            yield Sent(blood_pressure.UUID, bytes(plain), True, moment.number)

    def _measured(self, moment: Moment, user: int | None) -> EnhancedBloodPressureMeasurement:
        systolic, diastolic, mean = pressures(moment, kilopascal=False)
        return EnhancedBloodPressureMeasurement(
            systolic=systolic,
            diastolic=diastolic,
            mean=mean,
            seconds=since_2000(counted(self._began)) + round(moment.seconds),
            pulse=pulse(moment),
            user=user,
            status=noticed(self._status, moment.number),
            shown_seconds=since_2000(counted(self._clock.time())),
        )

    def _store(self, user: int, measured: EnhancedBloodPressureMeasurement, emitted: int) -> None:
        number = self._numbers[user] & 0xFFFF
        self._numbers[user] += 1
        store = self.records.setdefault(user, RecordStore(_ACCESS, self._listening))
        sent = [
            Sent(blood_pressure_record.UUID, piece) for piece in pieces(number, bytes(measured))
        ]
        told = self._clock.time()
        sent[-1] = Sent(sent[-1].uuid, sent[-1].data, number=emitted)
        store.keep(Kept(number, tuple(sent), told))

    def _inflating(self) -> Iterable[Sent]:
        for now in INFLATING:
            said = EnhancedIntermediateCuffPressure(pressure=now)
            yield Sent(enhanced_cuff_pressure.UUID, bytes(said))

    @property
    def _opened(self) -> RecordStore:
        """The records of the user whose slot is open; none before that."""
        return self.records.get(self.users.current, self._nobodys)

    def read(self, uuid: str) -> bytes:
        """Its clock, and which user's slot is open."""
        return self._clock.read(uuid) if self._clock.reads(uuid) else self.users.read(uuid)

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """A peer sets the clock, opens a slot, or asks for records."""
        if uuid == record_access_control_point.UUID:
            return self._opened.write(data)
        if uuid == user_control_point.UUID:
            return self.users.write(data)
        self._clock.write(uuid, data)
        return ()

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """Records are asked for; nothing waits."""
        return ()

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """The next record that was asked for."""
        return self._opened.delivered(sent)

    def disconnected(self) -> None:
        """Whatever was under way is over."""
        for store in (*self.records.values(), self._nobodys):
            store.disconnected()
        self.users.disconnected()


def pieces(number: int, value: bytes) -> list[bytes]:
    """A stored measurement as it goes out: in pieces, with a checksum over all of them."""
    parts = [value[at : at + _PIECE] for at in range(0, len(value), _PIECE)]
    if len(parts[-1]) > _PIECE - 2:
        parts[-1:] = [parts[-1][:-2], parts[-1][-2:]]
    made = [
        bytes(
            BloodPressureRecord(
                number, _ENHANCED, part, first=at == 0, last=at == len(parts) - 1, counter=at
            )
        )
        for at, part in enumerate(parts)
    ]
    made[-1] += sealed(b"".join(made))[-2:]
    return made


SENSOR = Sensor(
    key="enhanced-cuff",
    name="Cuff plus",
    prefix="BX",
    make=make("Cuff plus 1", "1.0"),
    service=blood_pressure.SERVICE,
    values=VALUES,
    limits=LIMITS,
    rate_hz=1 / 3600,
    instrument=EnhancedCuff,
    offers={
        blood_pressure.SERVICE: (
            Offered(blood_pressure.UUID, sends="indicate"),
            Offered(intermediate_cuff_pressure.UUID, sends="notify"),
            Offered(enhanced_blood_pressure.UUID, sends="indicate"),
            Offered(enhanced_cuff_pressure.UUID, sends="notify"),
            Offered(blood_pressure_record.UUID, sends="notify"),
            Offered(record_access_control_point.UUID, sends="indicate", writes=True),
            Offered(blood_pressure_feature.UUID, bytes(_FEATURES)),
        ),
        user_slots.SERVICE: user_slots.OFFERS,
        **CLOCK,
    },
    options={"users": [{"slot": 1, "code": 1234}, {"slot": 2, "code": 5678}], "status": [0]},
    window_s=30.0,
    leaves_after_s=10.0,
)
