"""Whether a description reads what a device showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.ble.describing.description import Description
from adapters.ble.describing.proposing import Sample
from adapters.ble.describing.shown import Shown
from adapters.ble.profile import DeviceProfile
from adapters.errors import DecodeError
from adapters.kinds import row_of
from adapters.local_events import Packet
from adapters.reading import Absence, Category, Components, DeviceKey


@dataclass(frozen=True, slots=True)
class Checked:
    """How a description reads what was gathered.

    Attributes:
        right: samples of which it reads all that was shown.
        samples: all of them.
        extra: further values that it reads, e.g. of a weight that was not steady yet.
    """

    right: int
    samples: int
    extra: int


def check(description: Description, samples: Sequence[Sample]) -> Checked:
    """Read all samples by a description, and compare with what was shown."""
    profile, right, extra = description.profile(), 0, 0
    for sample in samples:
        read = _read(profile, sample)
        meant = [_among(one, read) for one in sample.shown]
        right += all(meant)
        extra += len(read) - sum(
            1 for value in read if any(_is(one, *value) for one in sample.shown)
        )
    return Checked(right, len(samples), extra)


def _read(profile: DeviceProfile, sample: Sample) -> list[tuple[str, object]]:
    """Every value that a profile reads of a sample, with its name."""
    found: list[tuple[str, object]] = []
    decoders = {**profile.reads, **profile.hears}
    for came in sample.packets:
        if came.characteristic not in decoders:
            continue
        packet = Packet(DeviceKey("described"), came.characteristic, sample.at, came.data)
        try:
            told = list(decoders[came.characteristic](packet))
        except DecodeError:
            continue
        for one in told:
            match one.value:
                case Components(values=values):
                    names = row_of(one.kind).components
                    found += [
                        (f"{one.kind}.{name}", value)
                        for name, value in zip(names, values, strict=False)
                    ]
                case Absence() | Category():
                    continue
                case quantity:
                    found.append((one.kind, quantity.value))
    return found


def _among(shown: Shown, read: Sequence[tuple[str, object]]) -> bool:
    return any(_is(shown, *value) for value in read)


def _is(shown: Shown, name: str, value: object) -> bool:
    """Whether what was read would be shown so; a conversion may round once more."""
    low, high = shown.bounds[row_of(shown.kind).unit]
    slack = (high - low) / 2 if shown.unit != row_of(shown.kind).unit else 0
    return name == shown.name and low - slack <= value <= high + slack  # type: ignore[operator]  # a number
