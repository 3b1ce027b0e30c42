"""Many observations of one measurement as what a clinician asks first: latest, range, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from gateway.clinic.observations import Code, Observed, Part
from gateway.htmlkit.chart import Drawing, Frame, Line, Point, draw
from gateway.htmlkit.words import DAY, HOUR

STEPS = {7: 2 * HOUR, 30: 8 * HOUR, 90: DAY}
"""Days that can be chosen, and the step of their trend: 84 to 90 steps each."""


@dataclass(frozen=True, slots=True)
class Range:
    """Lowest, average and highest of one part."""

    label: str
    unit: str
    lo: Decimal
    mean: Decimal
    hi: Decimal
    step: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement of one patient over the chosen days.

    Attributes:
        latest: the newest there is, also when it is older than the chosen days.
        count: how many of the chosen days were read; `complete` is False if there are more.
        gap_share: per cent of the steps without a reading; None where there are fewer readings
            than steps: somebody who steps on a scale once a day leaves no gaps.
        on_days: on how many days there was a reading.
        devices: references of the devices that measured, newest first.
        supplied: how many of `count` the patient supplied. test: how many are test data.
    """

    code: Code
    latest: Observed
    count: int
    complete: bool
    ranges: Sequence[Range]
    drawing: Drawing
    gap_share: int | None
    on_days: int
    devices: Sequence[str]
    received: int | None
    supplied: int
    test: int
    readings: Sequence[Observed]


def frame_of(days: int, now: int) -> Frame:
    """The last so many days, ending with the step that is under way."""
    step = STEPS[days]
    until = (now // step + 1) * step
    return Frame(until - days * DAY, until, step)


def _points(numbers: Sequence[tuple[int, Decimal]], frame: Frame) -> list[Point]:
    steps: dict[int, list[Decimal]] = {}
    for at, number in numbers:
        if frame.since <= at < frame.until:
            steps.setdefault((at - frame.since) // frame.step, []).append(number)
    return [
        Point(
            frame.since + index * frame.step,
            len(found),
            float(min(found)),
            float(sum(found) / len(found)),
            float(max(found)),
        )
        for index, found in sorted(steps.items())
    ]


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _range(label: str, parts: Sequence[Part]) -> Range | None:
    numbers = [part.number for part in parts if part.number is not None]
    if not numbers:
        return None
    digits = max(_decimals(number) for number in numbers)
    mean = round(sum(numbers, Decimal(0)) / len(numbers), digits)
    return Range(label, parts[0].unit, min(numbers), mean, max(numbers), digits)


def measurement(
    latest: Observed,
    readings: Sequence[Observed],
    frame: Frame,
    *,
    complete: bool,
    zone: tzinfo,
) -> Measurement:
    """Sum up one measurement.

    Args:
        latest: its newest reading.
        readings: those inside the frame, newest first.
        frame: the time to show.
        complete: whether `readings` are all that the server has.
        zone: for the labels of the trend.
    """
    by_label: dict[str, list[tuple[int, Part]]] = {}
    for reading in readings:
        for part in reading.parts:
            if part.number is not None:
                by_label.setdefault(part.label, []).append((reading.at, part))
    lines = [
        Line(
            label,
            _points([(at, part.number) for at, part in found if part.number is not None], frame),
            hue=min(index, 3),
        )
        for index, (label, found) in enumerate(by_label.items(), start=1)
    ]
    ranges = [_range(label, [part for _at, part in found]) for label, found in by_label.items()]
    touched = {(reading.at - frame.since) // frame.step for reading in readings}
    devices = dict.fromkeys(
        r.device or r.device_name for r in readings if r.device or r.device_name
    )
    return Measurement(
        code=latest.code,
        latest=latest,
        count=len(readings),
        complete=complete,
        ranges=[found for found in ranges if found is not None],
        drawing=draw(frame, lines, zone=zone),
        gap_share=round(100 * (1 - len(touched) / frame.steps))
        if len(readings) >= frame.steps
        else None,
        on_days=len({(reading.at - frame.since) // DAY for reading in readings}),
        devices=list(devices),
        received=max((r.received for r in readings if r.received), default=latest.received),
        supplied=sum(reading.patient_supplied for reading in readings),
        test=sum(reading.test for reading in readings),
        readings=readings,
    )
