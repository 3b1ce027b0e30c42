"""An export that is read in another process."""

from __future__ import annotations

import io
import pickle
import queue
import struct
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import ArchiveRefused
from adapters.healthkit.apart import ImportApart, _read_on
from adapters.healthkit.limits import Limits
from adapters.healthkit.report import ImportReport
from adapters.reading import DeviceKey, PersonKey, SourceKey

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


def test_of_a_file_that_is_refused_no_place_is_given(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    point = '<trkpt lon="8.8" lat="47.9"><time>2025-03-13T17:00:00Z</time></trkpt>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(
            "export.xml", '<!DOCTYPE HealthData [<!ENTITY a "b">]>\n<HealthData></HealthData>'
        )
        zipped.writestr("route.gpx", f"<gpx><trk><trkseg>{point}</trkseg></trk></gpx>")
    export = ImportApart(path, PersonKey("p"), DeviceKey, SourceKey, Limits())
    given: list[object] = []
    with pytest.raises(ArchiveRefused, match="entities"):
        given.extend(export.arrivals())
    assert given == []
