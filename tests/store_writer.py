"""A process that takes in readings until it is killed, and prints each key after its commit."""

from __future__ import annotations

import sys
from pathlib import Path

from adapters.reading import PersonKey
from gateway.store.gateway_db import open_gateway
from gateway.store.local import open_local
from gateway.store.readings import Readings
from tests.fakes_store import IDENTITY, KEY, Row, batch


def main(directory: Path, person: str, begin: int) -> None:
    db = open_gateway(directory / "gateway.db", KEY)
    local = open_local(directory / "local.db", KEY)
    readings = Readings(db, IDENTITY, local)
    for number in range(begin, begin + 1_000_000, 20):
        rows = [Row(number + i, 60 + i % 7) for i in range(20)]
        taken = readings.take_in(
            [
                batch(PersonKey(person), rows[:10], device="one"),
                batch(PersonKey(person), rows[10:], device="two"),
            ],
            at=number,
            source="ble",
            simulated=False,
            with_keys=True,
        )
        if number % 100 == 0:
            readings.roll_up(3)
        print(*taken.keys, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
