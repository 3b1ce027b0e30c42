"""A trend as shapes for SVG: lines that break at gaps, bands from lowest to highest, bars.

The plot stretches with the page; its labels are text beside it, so they never shrink. No shape
carries a style of its own: the content security policy forbids it, the style sheet gives it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import pairwise

from gateway.htmlkit.words import HOUR, number, when

WIDTH, HEIGHT = 600, 200
_DAY = 24 * HOUR
_FEW = 8


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured in one step of time; steps without readings have no point."""

    start: int
    n: int
    lo: float
    mean: float
    hi: float


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its name, its points, and the colour it wears (1, 2 or 3)."""

    label: str
    points: Sequence[Point]
    hue: int = 1


@dataclass(frozen=True, slots=True)
class Frame:
    """The time a chart shows, `[since, until)`, cut into steps; all ms UTC."""

    since: int
    until: int
    step: int

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return max(1, -(-(self.until - self.since) // self.step))


@dataclass(frozen=True, slots=True)
class Shape:
    """One SVG path and the class that the style sheet knows it by."""

    path: str
    look: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, ready for the template."""

    shapes: Sequence[Shape]
    y_labels: Sequence[str]
    x_labels: Sequence[str]
    lines: Sequence[Line]
    frame: Frame
    bars: bool

    @property
    def each(self) -> bool:
        """Whether every step has a label of its own."""
        return self.bars and self.frame.steps <= _FEW

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(line.points for line in self.lines)


def ticks(lo: float, hi: float, wanted: int = 4) -> list[float]:
    """Round numbers at even distances that enclose both ends."""
    span = (hi - lo) or max(abs(hi), 1.0) * 0.2
    rough = span / wanted
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= rough)
    first = math.floor((lo if hi > lo else lo - span / 2) / step)
    last = max(first + 1, math.ceil((hi if hi > lo else hi + span / 2) / step))
    digits = 2 - math.floor(math.log10(step))
    return [round(i * step, digits) for i in range(first, last + 1)]


def runs(points: Sequence[Point], step: int) -> Iterator[Sequence[Point]]:
    """Points that follow each other without an empty step between them."""
    begin = 0
    for i, (left, right) in enumerate(pairwise(points), start=1):
        if right.start - left.start > step * 1.5:  # a day may have 25 hours
            yield points[begin:i]
            begin = i
    if points:
        yield points[begin:]


def gaps(points: Sequence[Point], step: int) -> int:
    """How many stretches without readings lie between the points."""
    return max(0, sum(1 for _ in runs(points, step)) - 1)


def _time_labels(frame: Frame, zone: tzinfo, bars: bool) -> list[str]:
    span, count = frame.until - frame.since, 5
    if span <= 2 * _DAY:
        form = "HH:mm"
    elif span <= 10 * _DAY:
        form = "EEE d"
    elif span <= 120 * _DAY:
        form = "d MMM"
    else:
        form = "MMM y"
    if bars and frame.steps <= _FEW:
        middles = (frame.since + frame.step * (2 * i + 1) // 2 for i in range(frame.steps))
        return [when(middle, zone, form) for middle in middles]
    return [when(frame.since + span * i // (count - 1), zone, form) for i in range(count)]


def draw(
    frame: Frame,
    lines: Sequence[Line],
    *,
    bars: bool = False,
    zone: tzinfo = UTC,
    bare: bool = False,
) -> Drawing:
    """Lay a trend out.

    Args:
        frame: the time to show.
        lines: one curve a component; points lie inside the frame, in order.
        bars: draw sums as bars from zero instead of a line with its band.
        zone: in which the times below are written.
        bare: without labels and the lines behind, for a drawing beside a number.
    """
    points = [point for line in lines for point in line.points]
    times = [] if bare else _time_labels(frame, zone, bars)
    if not points:
        return Drawing((), (), times, lines, frame, bars)
    lowest = 0.0 if bars else min(point.lo for point in points)
    marks = ticks(lowest, max(point.hi for point in points))
    bottom, top = marks[0], marks[-1]

    def x(at: float) -> str:
        return f"{(at - frame.since) / (frame.until - frame.since) * WIDTH:.1f}"

    def y(value: float) -> str:
        return f"{HEIGHT - (value - bottom) / (top - bottom) * HEIGHT:.1f}"

    behind = Shape("".join(f"M0 {y(mark)}H{WIDTH}" for mark in marks), "grid")
    shapes = [] if bare else [behind]
    half = frame.step / 2
    for line in lines:
        for run in runs(line.points, frame.step):
            if bars:
                inset = frame.step * 0.15
                shapes.extend(
                    Shape(
                        f"M{x(p.start + inset)} {y(0)}V{y(p.mean)}"
                        f"H{x(p.start + frame.step - inset)}V{y(0)}Z",
                        f"bar hue{line.hue}",
                    )
                    for p in run
                )
                continue
            if any(p.hi > p.lo for p in run):
                upper = [f"{x(p.start + half)} {y(p.hi)}" for p in run]
                lower = [f"{x(p.start + half)} {y(p.lo)}" for p in reversed(run)]
                look = "band" if len(run) > 1 else "whisker"
                closed = "Z" if len(run) > 1 else ""
                path = f"M{'L'.join([*upper, *lower])}{closed}"
                shapes.append(Shape(path, f"{look} hue{line.hue}"))
            middle = [f"{x(p.start + half)} {y(p.mean)}" for p in run]
            # A single point is a stroke of no length: with round ends it is a dot at any width.
            path, look = (
                (f"M{'L'.join(middle)}", "line") if len(run) > 1 else (f"M{middle[0]}h0", "dot")
            )
            shapes.append(Shape(path, f"{look} hue{line.hue}"))
    return Drawing(shapes, [] if bare else _value_labels(marks), times, lines, frame, bars)


def _value_labels(marks: Sequence[float]) -> list[str]:
    decimals = max(0, -math.floor(math.log10(marks[1] - marks[0]) + 1e-9))
    if any(round(mark, decimals) != mark for mark in marks):
        decimals += 1
    return [number(mark, decimals) for mark in reversed(marks)]
