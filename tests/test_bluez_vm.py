"""The short scenarios on real BlueZ, of two Debian versions; and what fails there is seen here."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from bumble.snoop import BtSnooper, Snooper

from scripts.bluez import images
from scripts.bluez.guest.snoop import NOTIFICATION, WRITE, Said, said
from scripts.bluez.machine import QEMU, Machine, Result
from scripts.bluez.playing import run, scenario, scenarios

SHORT = [one for one in scenarios().values() if one.short]
PLANTED = {"_fails": "AssertionError: nobody is here", "_never_ends": "did not end within 4 s"}

TO_DEVICE, TO_HOST = Snooper.Direction.HOST_TO_CONTROLLER, Snooper.Direction.CONTROLLER_TO_HOST

Results = dict[tuple[str, str], Result]


@pytest.fixture(scope="module")
def results() -> Results:
    """One guest a version plays all of them, those that must fail last."""
    if shutil.which(QEMU) is None:
        pytest.skip(f"no {QEMU}")
    if not all(images.image(suite).is_built for suite in images.SUITES):
        pytest.skip("no image; make them: ./scripts/bluez-vm build")
    played = run(images.SUITES, [*SHORT, *map(scenario, PLANTED)])
    return {(one["suite"], one["scenario"]): one for one in played}


@pytest.mark.bluez
@pytest.mark.parametrize("suite", images.SUITES)
@pytest.mark.parametrize("name", [one.name for one in SHORT])
def test_it_goes_well_on_real_bluez(results: Results, suite: str, name: str) -> None:
    result = results[suite, name]
    assert result["ok"], json.dumps(result, indent=1)


@pytest.mark.bluez
@pytest.mark.parametrize("suite", images.SUITES)
@pytest.mark.parametrize("name", PLANTED)
def test_what_fails_there_is_seen_here(results: Results, suite: str, name: str) -> None:
    result = results[suite, name]
    assert not result["ok"]
    assert PLANTED[name] in result.get("why", "") + result["error"]


def test_a_scenario_says_of_itself_what_it_needs() -> None:
    day, short = scenario("household"), scenario("smoke")
    assert (day.flies, day.short) == (True, False)
    assert (short.flies, short.short, short.seconds) == (False, True, 120)


def test_a_guest_that_never_ends_is_given_up(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "import time; time.sleep(600)"]
    with subprocess.Popen(words) as process:
        machine = Machine(tmp_path, process, 0.5, time.monotonic())
        (tmp_path / "results.jsonl").write_text('{"scenario": "one", "ok": true}\n{"scen')
        assert [one["scenario"] for one in machine.results()] == ["one"], "half a line is none"
        process.kill()


def acl(handle: int, text: bytes, *, begins: bool = True) -> bytes:
    return struct.pack("<BHH", 2, handle | (0 if begins else 1) << 12, len(text)) + text


def att(pdu: bytes) -> bytes:
    return struct.pack("<HH", len(pdu), 4) + pdu


def recorded(file: Path, packets: Sequence[tuple[bytes, Snooper.Direction]]) -> list[Said]:
    with file.open("wb") as out:
        snooper = BtSnooper(out)
        for packet, direction in packets:
            snooper.snoop(packet, direction)
    return list(said(file))


def test_the_attribute_protocol_is_read_from_a_record(tmp_path: Path) -> None:
    write, told = bytes([WRITE, 0x18, 0, 1, 1]), bytes([NOTIFICATION, 0x10, 0, *range(40)])
    connected = struct.pack("<BBBBBHBB6s10x", 4, 0x3E, 19, 0x01, 0, 1, 0, 1, bytes(range(1, 7)))
    packets = [
        (connected, TO_HOST),
        (b"\x01\x03\x0c\x00", TO_DEVICE),
        (acl(1, att(write)), TO_DEVICE),
        (acl(1, att(told)[:27]), TO_HOST),
        (acl(2, struct.pack("<HH", 2, 6) + b"\x05\x06"), TO_HOST),
        (acl(1, att(told)[27:], begins=False), TO_HOST),
    ]
    seen = recorded(tmp_path / "record", packets)
    device = "06:05:04:03:02:01"
    assert seen == [Said(1, False, write, device), Said(1, True, told, device)]
    assert [(one.op, one.value) for one in seen] == [
        (WRITE, b"\x01\x01"),
        (NOTIFICATION, bytes(range(40))),
    ]


def test_a_file_of_another_kind_is_no_record(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"btsnoop\0" + struct.pack(">II", 1, 2001))
    with pytest.raises(ValueError, match="no packets as on a UART"):
        list(said(tmp_path / "other"))
