"""An export that is read in another process."""

from __future__ import annotations

import io
import os
import pickle
import queue
import signal
import struct
import subprocess
import threading
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import ArchiveRefused
from adapters.healthkit import apart, reader
from adapters.healthkit.apart import ImportApart, ReaderFailed, _read_on
from adapters.healthkit.limits import Limits
from adapters.healthkit.report import ImportReport
from adapters.reading import DeviceKey, PersonKey, SourceKey
from gateway.commands import only_import
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


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every process that is begun for reading."""
    begun, made = reader._begun, []

    def noted() -> subprocess.Popen[bytes]:
        made.append(begun())
        return made[-1]

    monkeypatch.setattr(reader, "_begun", noted)
    return made


def gone(child: subprocess.Popen[bytes]) -> bool:
    """Whether it ended and was waited for, without asking the system now."""
    return child.returncode is not None


def test_a_reader_that_was_killed_before_it_was_asked_is_said_in_a_sentence(
    tmp_path: Path, children: list[subprocess.Popen[bytes]]
) -> None:
    make(tmp_path / "export.zip", days=1)
    reader.get_ready()
    children[0].kill()
    with suppress(ChildProcessError):  # until it is dead, without taking note of it
        os.waitid(os.P_PID, children[0].pid, os.WEXITED | os.WNOWAIT)
    export = ImportApart(tmp_path / "export.zip", PersonKey("p"), DeviceKey, SourceKey, Limits())
    with pytest.raises(ReaderFailed) as failed:
        list(export.arrivals())
    assert failed.value.next_step == "Import the same file again to go on."
    assert gone(children[0])


def test_where_nothing_more_can_be_begun_no_reader_is_left(
    tmp_path: Path, children: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    make(tmp_path / "export.zip", days=1)
    export = ImportApart(tmp_path / "export.zip", PersonKey("p"), DeviceKey, SourceKey, Limits())
    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError):
        export.arrivals()
    assert gone(children[0])


@pytest.mark.parametrize("asked_for", [0, 1])
def test_a_reader_ends_with_its_arrivals(
    tmp_path: Path, children: list[subprocess.Popen[bytes]], asked_for: int
) -> None:
    make(tmp_path / "export.zip", days=60)
    export = ImportApart(tmp_path / "export.zip", PersonKey("p"), DeviceKey, SourceKey, Limits())
    arrivals = export.arrivals()
    for _ in range(asked_for):
        next(arrivals)
    arrivals.close()
    assert gone(children[0])


@pytest.mark.parametrize("wait", [0.0, 0.02, 0.1, 0.3])
def test_ctrl_c_while_it_loads_is_not_for_the_reader(
    children: list[subprocess.Popen[bytes]], capfd: pytest.CaptureFixture[str], wait: float
) -> None:
    """The terminal sends it to both; of what the reader loads nobody wants to read."""
    reader.get_ready()
    time.sleep(wait)
    children[0].send_signal(signal.SIGINT)
    children[0].communicate(b"")
    assert (children[0].returncode, *capfd.readouterr()) == (0, "", "")
    reader.dismiss()


def test_an_interrupt_still_comes_here() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    reader.get_ready()
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    reader.dismiss()


def test_where_nothing_is_to_be_read_no_reader_is_left(
    tmp_path: Path, children: list[subprocess.Popen[bytes]]
) -> None:
    (tmp_path / "export.zip").write_bytes(bytes(2**20))
    home = str(tmp_path / "no home")
    assert only_import.main(["--home", home, "import", str(tmp_path / "export.zip")])
    assert [gone(child) for child in children] == [True]
