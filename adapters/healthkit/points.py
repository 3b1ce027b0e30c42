"""Points of a route as the phone writes them, hundreds together; the rest is for the parser.

A run of such points is replaced by one empty element, so where it stands, and whether anything may
stand there, is still for expat to say. Points could only hide in a comment, a CDATA section or an
instruction, which begin with ``<!`` or ``<?``: from the first such sign on nothing is replaced.
"""

from __future__ import annotations

import re
from collections import deque

MARK = "health-gateway-points"

_NUMBER = rb"-?[0-9]{1,7}(?:\.[0-9]{1,20})?"
_SAID = b"|".join(
    rb"<%b>[0-9.-]*</%b>" % (name, name) for name in (b"speed", b"course", b"hAcc", b"vAcc")
)
_TIME = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_POINT = (
    rb'<trkpt lon="(%b)" lat="(%b)"><ele>(%b)</ele><time>(%b)</time>'
    rb"(?:<extensions>(?:%b)*</extensions>)?</trkpt>\s*"
) % (_NUMBER, _NUMBER, _NUMBER, _TIME, _SAID)
_ONE = re.compile(b"(%b)" % _POINT)
_BEGIN, _END = b"<trkpt ", b"</trkpt>"
_RUN = re.compile(rb"(?:%b)++" % re.sub(rb"\((?!\?)", b"(?:", _POINT))
_ODD = (b"!", b"?", MARK.encode())  # single signs are found ten times as fast as pairs
_JOINT = len(MARK) - 1
"""Bytes on either side of a cut in which an odd one may lie that was parted."""

Point = tuple[bytes, bytes, bytes, bytes, bytes]
"""All of it, and its longitude, latitude, height and time, as written."""


class Points:
    """Takes the usual points out of the portions of one file."""

    def __init__(self) -> None:
        self._runs: deque[list[Point]] = deque()
        self._usual = True
        self._last = b""

    def replaced(self, block: bytes) -> bytes:
        """The portion with a mark in place of each run of points."""
        joint = self._last + block[:_JOINT]
        self._last = (self._last + block)[-_JOINT:]
        self._usual = self._usual and not any(odd in joint or odd in block for odd in _ODD)
        if not self._usual:
            return block
        first, last = block.find(_BEGIN), block.rfind(_END) + len(_END)
        if first < 0 or last < first:
            return block
        points: list[Point] = _ONE.findall(block, first, last)
        if sum(len(point[0]) for point in points) == last - first:  # one run, as nearly always
            self._runs.append(points)
            return b"%b<%b/>%b" % (block[:first], MARK.encode(), block[last:])
        return _RUN.sub(self._mark, block)

    def next_run(self) -> list[Point] | None:
        """The points that the next mark stands for; None for an element that is no mark."""
        return self._runs.popleft() if self._runs else None

    def _mark(self, run: re.Match[bytes]) -> bytes:
        self._runs.append(_ONE.findall(run[0]))
        return b"<%b/>" % MARK.encode()
