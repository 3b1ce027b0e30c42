"""What stands before the creation date of a record, and what stands behind its value.

An export repeats itself: two million records have some hundred different heads (type, source,
device, unit) and ends (nothing, or lines of metadata). Each is looked at once; whether a head and
an end together are one whole `Record` is for expat alone to say. The pointer in a device's
description means nothing (`devices`), and heads that differ in it alone are one; so are ends that
differ in their list of beats alone.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from adapters.healthkit.beats import is_alone, one_beat
from adapters.healthkit.body import is_clean
from adapters.healthkit.elements import Entry, Reader
from adapters.healthkit.records import Shape

BOUNDARY = b"\n <Record "

_LONGEST = 4096
_MOST_HEADS = 4096
_MOST_ENDS = 256
_MOST_ONCE = 50_000
_MOST_POINTERS = 20_000

NOT_ASKED, ALONE = -1, -2
"""In place of a shape's number: not judged yet; records that are taken one by one."""

_PROBE = (
    b'<HealthData>\n <Record %s creationDate="c" startDate="s" endDate="e" value="v"'
    b"%s\n</HealthData>"
)
_POINTER = re.compile(rb' device="&lt;&lt;HKDevice: 0x([0-9a-f]{1,16})&gt;, ')
_NO_POINTER = b' device="&lt;&lt;HKDevice: 0x0&gt;, '
_PROBED = {"creationDate": "c", "startDate": "s", "endDate": "e", "value": "v"}


class Junctions:
    """Numbers heads and ends, and keeps the shapes of those that are a record together.

    Attributes:
        shapes: by number.
        plain: of each, whether its values are numbers that are kept as they are written.
        beats: of each, whether lists of beats stand in its records.
    """

    def __init__(self) -> None:
        self._once: set[int] = set()
        self._begin()

    def _begin(self) -> None:
        self.shapes: list[Shape] = []
        self.plain: npt.NDArray[np.bool_] = np.zeros(0, np.bool_)
        self.beats: npt.NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._heads: list[bytes] = [b""]
        self._ends: list[bytes] = [b""]
        self._head_of: dict[bytes, int] = {}
        self._end_of: dict[bytes, int] = {}
        # Of pairs that nobody asked about the system keeps no memory as long as nothing is written.
        self._answers = np.zeros((_MOST_HEADS, _MOST_ENDS), np.int32)

    def head(self, head: bytes, times: int) -> int:
        """The number of a head that was met so many times; 0 for an unusual one."""
        known = self._head_of.get(head)
        if known is None:
            pointless = _POINTER.sub(_NO_POINTER, head, count=1)
            known = self._head_of.get(pointless)
            full = len(self._heads) >= _MOST_HEADS
            if known is None and not full and self._worth_knowing(pointless, times):
                known = len(self._heads)
                self._heads.append(pointless)
            if known is not None:
                self._head_of[head] = self._head_of[pointless] = known
        return known or 0

    @staticmethod
    def pointer(head: bytes) -> tuple[int, int]:
        """Where in a head the digits of a device's pointer stand; they mean nothing."""
        found = _POINTER.search(head)
        return found.span(1) if found is not None else (0, 0)

    def end(self, end: bytes, times: int) -> int:
        """The number of an end that was met so many times; 0 for an unusual one."""
        known = self._end_of.get(end)
        if known is None and (shorter := one_beat(end)) != end:
            return self.end(shorter, times)
        if known is None and len(self._ends) < _MOST_ENDS and self._worth_knowing(end, times):
            known = self._end_of[end] = len(self._ends)
            self._ends.append(end)
        return known or 0

    def table(
        self, heads: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int32]:
        """The number of the shape of each pair, `NOT_ASKED` or `ALONE`."""
        shapes: npt.NDArray[np.int32] = self._answers[heads, ends] + NOT_ASKED
        shapes[(heads == 0) | (ends == 0)] = ALONE
        return shapes

    def judge(self, head: int, end: int) -> Entry | None:
        """The record that a head and an end are together, without its own dates and value.

        None where they are anything else; then they are not asked about again.
        """
        entry = _one_record(self._heads[head], self._ends[end])
        if entry is None:
            self._answer(head, end, ALONE)
        return entry

    def keep(self, head: int, end: int, shape: Shape | None) -> None:
        """Remember the shape of records of this head and end, None where each stands alone."""
        self._answer(head, end, ALONE if shape is None else len(self.shapes))
        if shape is not None:
            self.shapes.append(shape)
            plain = shape.numbers is not None and shape.numbers.same and shape.numbers.most is None
            self.plain = np.append(self.plain, plain)
            self.beats = np.append(self.beats, shape.beats)

    def _answer(self, head: int, end: int, number: int) -> None:
        self._answers[head, end] = number - NOT_ASKED

    def make_room(self) -> bool:
        """Between two blocks: begin anew when there are too many, so that memory stays bounded."""
        full = (
            len(self._heads) >= _MOST_HEADS
            or len(self._ends) >= _MOST_ENDS
            or len(self._head_of) >= _MOST_POINTERS
        )
        if full:
            self._begin()
        return full

    def _worth_knowing(self, piece: bytes, times: int) -> bool:
        """Most that are unusual come once: what comes for the second time is looked at."""
        if len(piece) > _LONGEST or not is_clean(piece):
            return False
        if times > 1:
            return True
        hashed = hash(piece)
        if hashed in self._once:
            return True
        if len(self._once) >= _MOST_ONCE:
            self._once.clear()
        self._once.add(hashed)
        return False


def _one_record(head: bytes, end: bytes) -> Entry | None:
    reader = Reader()
    damage, entries = reader.feed(_PROBE % (head, end)), reader.taken()
    reader.close()
    if damage is not None or not reader.done:
        return None
    if len(entries) != 1 or entries[0].name != "Record":
        return None
    found = entries[0].attributes
    if any(found.get(name) != text for name, text in _PROBED.items()):
        return None
    if _NO_POINTER in head and not found.get("device", "").startswith("<<HKDevice: 0x0>, "):
        return None
    if any("<HKDevice: 0x0>, " in text for name, text in found.items() if name != "device"):
        return None  # a pointer that does mean something
    return entries[0] if is_alone(end) or not entries[0].children else None
