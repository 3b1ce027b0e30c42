"""An export that is read in another process."""

from __future__ import annotations

import io
import pickle
import queue
import signal
import struct
import subprocess
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import ArchiveRefused
from adapters.healthkit import apart, reader
from adapters.healthkit.apart import ImportApart, _read_on
from adapters.healthkit.limits import Limits
from adapters.healthkit.report import ImportReport
from adapters.reading import DeviceKey, PersonKey, SourceKey
from tests.fakes_healthkit import make

TOLD = pickle.dumps(ImportReport())
MESSAGE = struct.pack("<I", len(TOLD)) + TOLD


@pytest.mark.parametrize("bytes_", [0, 3, 4, 5, len(MESSAGE) - 1])
def test_a_reader_that_was_killed_within_a_word_is_noticed(bytes_: int) -> None:
    """The system kills it where memory is short; whoever waits for a word must not wait forever."""
    portions: queue.Queue[Any] = queue.Queue()
    _read_on(io.BytesIO(MESSAGE[:bytes_]), portions, threading.Event())
    assert portions.get_nowait() is None


def test_a_word_that_cannot_be_understood_is_noticed() -> None:
    portions: queue.Queue[Any] = queue.Queue()
    _read_on(io.BytesIO(struct.pack("<I", 8) + bytes(8)), portions, threading.Event())
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


def test_a_reader_that_is_stopped_and_goes_on_loses_no_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Ctrl-Z and `fg` do, and some supervisors; also where nothing is to be buffered."""
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    children: list[subprocess.Popen[bytes]] = []

    def taken() -> subprocess.Popen[bytes]:
        children.append(reader.taken())
        return children[-1]

    monkeypatch.setattr(apart, "taken", taken)
    make(tmp_path / "export.zip", days=60)
    export = ImportApart(tmp_path / "export.zip", PersonKey("p"), DeviceKey, SourceKey, Limits())
    undisturbed, disturbed = sum(map(apart.weight, export.arrivals())), 0
    children.clear()
    for arrival in export.arrivals():
        disturbed += apart.weight(arrival)
        time.sleep(0.01)  # meanwhile the other side waits in the middle of a word
        children[0].send_signal(signal.SIGSTOP)
        children[0].send_signal(signal.SIGCONT)
    assert disturbed == undisturbed
