"""A day's steps from a phone and a watch that overlap, in a furnished home."""

from __future__ import annotations

from adapters.kinds import Kind
from adapters.local_events import LocalBatch, LocalName
from adapters.reading import DeviceFacts, DeviceKey, ReadingBatch, SourceKey
from tests.fakes_web import DAY, HOUR, MINUTE, Furnished

WATCH, IPHONE = DeviceKey("applewatch"), DeviceKey("iphone")
OF_WATCH, OF_IPHONE = SourceKey("of the watch"), SourceKey("of the phone")
TOTAL = 6_420
"""Of the day before `NOW`: 5,920 of the watch, and 500 of the phone while the watch was charged."""


def walk(home: Furnished) -> None:
    """Yesterday, in Oslo: the watch from 8 to 12, the phone from 9 to 13, twice as long a step."""
    midnight = (home.clock.at // DAY - 1) * DAY - HOUR
    for key, title, model in ((WATCH, "Apple Watch", "Watch"), (IPHONE, "iPhone", "iPhone")):
        home.house.devices.add(
            DeviceFacts(home.person, key, title, "Apple Inc.", model),
            adapter="healthkit", profile="healthkit", simulated=True, now=home.clock.at,
        )  # fmt: skip
    names = [
        LocalName(OF_WATCH, "source_name", "Ingrid\u2019s Apple Watch", home.clock.at),
        LocalName(OF_IPHONE, "source_name", "Ingrid\u2019s iPhone", home.clock.at),
    ]
    home.house.local.take_in(LocalBatch(names))
    quarters = range(16)
    _take(home, WATCH, OF_WATCH, [(midnight + 8 * HOUR + n * 15 * MINUTE, 370) for n in quarters])
    _take(home, IPHONE, OF_IPHONE, [(midnight + 9 * HOUR + n * 15 * MINUTE, 125) for n in quarters])
    while home.house.readings.roll_up():
        pass


def _take(
    home: Furnished, device: DeviceKey, source: SourceKey, rows: list[tuple[int, int]]
) -> None:
    n = len(rows)
    batch = ReadingBatch(
        home.person, Kind("step_count"), device, source, [at for at, _ in rows],
        [15 * MINUTE] * n, [steps for _, steps in rows], [0] * n, [0] * n, [0] * n,
    )  # fmt: skip
    home.house.readings.take_in([batch], at=home.clock.at, source="healthkit", simulated=True)
