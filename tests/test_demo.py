"""The demo, judged from outside: by the server's own count, and by the kernel's list of calls."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request  # noqa: TID251  # asks the demo's server, on loopback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from fhir_mappings.table import row_of, rows
from tests.copies import ROOT

PATIENCE = 240.0
"""Seconds for the whole demo on a busy machine."""

pytestmark = [pytest.mark.process, pytest.mark.server]

_CALL = re.compile(
    r"(?:connect|sendto)\(.*?sa_family=AF_(INET6?), .*?sin6?_port=htons\((\d+)\)"
    r".*?inet_(?:addr|pton)\((?:AF_INET6?, )?\"([^\"]+)\""
)


@dataclass(frozen=True)
class Demonstrated:
    """One run of `./scripts/demo --once --json --keep`."""

    report: dict[str, Any]
    trace: Path


def places(calls: str) -> set[tuple[str, int]]:
    """Every internet address and port that was connected or sent to.

    A UDP `connect` to port 0 or 9 sends nothing: it asks the kernel for a route.
    """
    return {(host, int(port)) for _, port, host in _CALL.findall(calls)}


def _needs_strace() -> None:
    if shutil.which("strace") is None:
        pytest.skip("needs strace")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstrated]:
    """The demo under `strace`, which ends only when the server that was kept ends too."""
    _needs_strace()
    folder = tmp_path_factory.mktemp("demo")
    trace, said, told = folder / "calls", folder / "said", folder / "told"
    with said.open("w") as stderr, told.open("w") as stdout:
        running = subprocess.Popen(
            ["strace", "-f", "-qq", "-e", "trace=connect,sendto", "-o", str(trace),
             str(ROOT / "scripts" / "demo"), "--once", "--json", "--keep"],
            stdout=stdout, stderr=stderr, env={**os.environ, "HOME": str(folder)},
        )  # fmt: skip
    report: dict[str, Any] = {}
    deadline = time.monotonic() + PATIENCE
    while not report and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.5)
        if told.read_text().endswith("}\n"):
            report = json.loads(told.read_text())
    assert report, said.read_text()
    try:
        yield Demonstrated(report, trace)
    finally:
        os.kill(report["pid"], signal.SIGTERM)
        assert running.wait(30) == 0, "the demo itself ended with 0"


def count(base: str, query: str) -> int:
    with urllib.request.urlopen(f"{base}/{query}", timeout=30) as answer:  # noqa: S310, TID251
        return int(json.load(answer)["total"])


def test_the_demo_ends_well(demo: Demonstrated) -> None:
    assert demo.report["sent"] == demo.report["due"] > 1000
    assert demo.report["stored"] > demo.report["sent"]


def test_the_server_has_what_was_sent_and_nothing_else(demo: Demonstrated) -> None:
    fhir = demo.report["fhir"]
    assert count(fhir, "Observation?_summary=count") == demo.report["sent"]
    assert demo.report["on_server"] == demo.report["sent"]


def test_nothing_of_a_withheld_kind_is_on_the_server(demo: Demonstrated) -> None:
    withheld = demo.report["withheld_kinds"]
    assert set(withheld) >= {"rr_interval", "sleep_stage", "workout", "carbon_monoxide_in_air"}
    for kind in withheld:
        if kind not in rows():
            continue  # what stays has no code at all
        for coding in row_of(kind).codings("ble", "chest", frozenset()):
            asked = f"Observation?code={coding.code}&_summary=count"
            assert count(demo.report["fhir"], asked) == 0, kind


def test_everything_simulated_is_marked_so(demo: Demonstrated) -> None:
    fhir = demo.report["fhir"]
    marked = count(fhir, "Observation?_security=HTEST&_summary=count")
    assert marked == demo.report["sent"]


def test_only_loopback_was_reached_and_only_ports_of_the_demo(demo: Demonstrated) -> None:
    found = places(demo.trace.read_text())
    recipient = urlsplit(demo.report["fhir"])
    assert (recipient.hostname, recipient.port) in found, "the trace saw the uploads"
    assert {host for host, _ in found} <= {"127.0.0.1", "::1"}
    assert demo.report["destinations"] == [f"http://{recipient.netloc}"]
    others = {port for _, port in found} - {recipient.port}
    assert len(others) <= 2, f"the radio of the simulator, and nothing else: {others}"


def test_the_trace_would_see_another_place(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(
        "import socket\n"
        "for family, host in ((socket.AF_INET, '192.0.2.1'), (socket.AF_INET6, '2001:db8::1')):\n"
        "    with socket.socket(family, socket.SOCK_DGRAM) as s:\n"
        "        try: s.connect((host, 4711))\n"
        "        except OSError: pass\n"
    )
    trace = tmp_path / "calls"
    _needs_strace()
    subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=connect,sendto", "-o", str(trace),
         sys.executable, str(planted)],
        check=True,
    )  # fmt: skip
    assert {("192.0.2.1", 4711), ("2001:db8::1", 4711)} <= places(trace.read_text())
