"""An export that is read in another process."""

from __future__ import annotations

import io
import pickle
import queue
import struct
import threading
from typing import Any

import pytest

from adapters.healthkit.apart import _read_on
from adapters.healthkit.report import ImportReport

TOLD = pickle.dumps(ImportReport())
MESSAGE = struct.pack("<I", len(TOLD)) + TOLD


@pytest.mark.parametrize("bytes_", [0, 3, 4, 5, len(MESSAGE) - 1])
def test_a_reader_that_was_killed_within_a_word_is_noticed(bytes_: int) -> None:
    """The system kills it where memory is short; whoever waits for a word must not wait forever."""
    portions: queue.Queue[Any] = queue.Queue()
    _read_on(io.BytesIO(MESSAGE[:bytes_]), portions, threading.Event())
    assert portions.get_nowait() is None


def test_a_whole_word_is_passed_on() -> None:
    portions: queue.Queue[Any] = queue.Queue()
    _read_on(io.BytesIO(MESSAGE), portions, threading.Event())
    assert portions.get_nowait() == ImportReport()
