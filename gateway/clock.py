"""Whether this computer's clock can be believed (docs/consent.md, rule 6)."""

from __future__ import annotations

import ctypes
import sys
import time

from adapters.reading import Instant

PROGRAM_MADE = 1_795_000_000_000
"""2026-11-18: a clock that shows less stands before this program was made, and is wrong."""

_UNSYNCHRONISED = 0x0040  # STA_UNSYNC, linux/timex.h
_TIME_ERROR = 5  # TIME_ERROR, linux/timex.h


def now() -> Instant:
    """This moment, in milliseconds UTC."""
    return time.time_ns() // 1_000_000


class _Timex(ctypes.Structure):
    """The head of `struct timex` (linux/timex.h); the rest is padding, large enough everywhere."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 512),
    )


def synchronised() -> bool:
    """Whether the system says that its clock is set by a time service.

    Linux is asked by `adjtimex`; other systems keep their clock by themselves and are believed.
    """
    if sys.platform != "linux":
        return True
    state = _Timex()
    try:
        answer = int(ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(state)))
    except (OSError, AttributeError):
        return False
    return answer >= 0 and answer != _TIME_ERROR and not state.status & _UNSYNCHRONISED
