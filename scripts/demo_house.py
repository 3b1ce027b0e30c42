"""The parts of the demo: a home driven by the same commands a person types."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request  # noqa: TID251  # asks the server of the demo, on loopback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts import sandbox_server
from scripts.sandbox_server import Sandbox, free_port

PERSON = "Ada Example"
PATIENCE = 60.0


class Demo:
    """One simulation home with its sensors, its server and its pages."""

    def __init__(self, folder: Path, *, scenario: str = "rest", quiet: bool = False) -> None:
        self.folder = folder
        self.emitted = folder / "emitted.jsonl"
        self.home = folder / "home"
        self.fhir = ""
        self.patient_pages = ""
        self.clinic_pages = ""
        self._scenario = scenario
        self._quiet = quiet
        self.simulator: Process | None = None
        self.run: Process | None = None
        self._clinic: Process | None = None
        self._server: Sandbox | None = None
        self._destinations: set[str] = set()

    def tell(self, text: str) -> None:
        """Say what happens; beside the JSON document, on stderr."""
        print(text, file=sys.stderr if self._quiet else sys.stdout, flush=True)

    def command(self, *words: str) -> Any:
        """Run one command on this home and return what it answered with `--json`."""
        done = subprocess.run(
            [*program(), "--home", str(self.home), *words, "--json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        if done.returncode:
            raise SystemExit(f"health-gateway {' '.join(words)}\n{done.stderr}{done.stdout}")
        return json.loads(done.stdout)

    def make_home(self, sources: Sequence[str] = ("ble", "healthkit", "routes")) -> None:
        """A simulation home with one person, and permission to collect from these sources."""
        self.command("setup", "--simulation", "--key-file")
        self.command("people", "add", PERSON, "--born", "1985-04")
        for source in sources:
            self.command("consent", "grant", "collect", source, "--script")

    def start_server(self) -> None:
        """The FHIR server of the recipient."""
        (self.folder / "server").mkdir()
        self._server = sandbox_server.start(self.folder / "server")
        self.fhir = self._server.base

    def start_simulator(self) -> None:
        """The sensors, in a process of their own."""
        self.simulator = Process(
            [*program(), "simulate", self._scenario, "--json", "--out", str(self.emitted)],
            self.folder / "simulator.log",
        )
        radio = f"tcp-client:127.0.0.1:{self.simulator.until('ready')['port']}"
        config = self.home / "config.toml"
        ports = {"[bluetooth]": f'radio = "{radio}"', "[upload]": "every = 2.0"}
        ports |= {"[pages]": f"port = {free_port()}", "[clinic]": f"port = {free_port()}"}
        config.write_text("\n".join(f"{section}\n{line}\n" for section, line in ports.items()))

    def pair_all(self) -> None:
        """Find every sensor and add it for the demo's person."""
        for found in self.command("devices", "scan", "--seconds", "2"):
            self.command("devices", "add", str(found["number"]), "--person", PERSON)

    def import_sample(self) -> None:
        """An export of the project's own making, of the week that ends today."""
        sample = self.folder / "export.zip"
        maker = Path(__file__).parent / "make-export"
        today = datetime.now(UTC).date().isoformat()
        subprocess.run(
            [str(maker), "--small", "--until", today, str(sample)], check=True, capture_output=True
        )
        self.import_export(sample)

    def import_export(self, export: Path) -> None:
        """Any export."""
        self.command("import", str(export), "--person", PERSON, "--yes")

    def agree(self, kinds: Sequence[str], fhir: str = "") -> str:
        """Invite the practice server and agree to these kinds, the past included.

        Returns:
            the key of the recipient.
        """
        invitation = self.folder / "invitation.json"
        fhir = fhir or self.fhir
        self.command("recipients", "invitation", "--fhir", fhir, "--out", str(invitation))
        recipient = self.command("recipients", "add", str(invitation), "--person", PERSON)
        self.command(
            "consent", "grant", "share", recipient["recipient"],
            *(word for kind in kinds for word in ("--kind", kind)),
            "--from", "1970-01-01", "--script",
        )  # fmt: skip
        return str(recipient["recipient"])

    def start_run(self) -> None:
        """The gateway itself."""
        self.run = Process(
            [*program(), "--home", str(self.home), "run", "--json"], self.folder / "run.log"
        )
        self.patient_pages = str(self.run.until("pages")["url"])

    def start_clinic(self) -> None:
        """The clinician's viewer."""
        self._clinic = Process(
            [*program(), "--home", str(self.home), "clinic", "--fhir", self.fhir, "--json"],
            self.folder / "clinic.log",
        )
        self.clinic_pages = str(self._clinic.until("pages")["url"])

    def listen(self, seconds: float) -> None:
        """Let readings come in."""
        assert self.run is not None
        self.run.wait(seconds)

    def wait(self) -> None:
        """Until somebody stops the demo, or the gateway ends."""
        assert self.run is not None
        self.run.wait(None)

    def stop_run(self) -> None:
        """Stop the gateway as Ctrl-C would, then the sensors."""
        for process in (self.run, self._clinic, self.simulator):
            if process is not None:
                process.stop()

    def confirm_times(self) -> None:
        """Say that times are right of which no device told, as who was there can."""
        for one in self.command("devices", "clock")["clocks"]:
            if one["waiting"]:
                self.command("devices", "clock", one["device"], "--confirm")

    def send_the_rest(self) -> None:
        """Send what is due until nothing is."""
        self.confirm_times()
        for _ in range(200):
            answer = self.command("upload")
            self._destinations.update(answer["destinations"])
            if not answer["waiting"]:
                return

    def report(self) -> dict[str, Any]:
        """What came of it; `on_server` is asked of the server."""
        assert self._server is not None
        stored = self.command("readings", "--summary")["series"]
        sent = self.command("sent")
        return {
            "stored": sum(series["count"] for series in stored),
            "due": sent["due"],
            "sent": sent["sent"],
            "on_server": _count(self.fhir, "Observation"),
            "withheld_kinds": sent["withheld_kinds"],
            "destinations": sorted(self._destinations | self._run_destinations()),
            "fhir": self.fhir,
        }

    def _run_destinations(self) -> set[str]:
        told = self.run.events if self.run is not None else []
        return {place for one in told for place in one.get("destinations", [])}

    def leave_server_running(self) -> int:
        """Let the server outlive the demo; returns its pid."""
        assert self._server is not None
        server, self._server = self._server, None
        return server.process.pid

    def stop(self) -> None:
        """Stop everything this demo started."""
        self.stop_run()
        if self._server is not None:
            self._server.stop()


class Process:
    """A program of ours that tells its events as JSON lines on stdout."""

    def __init__(self, words: Sequence[str], log: Path) -> None:
        self._log = log.open("a", encoding="utf-8")
        self._process = subprocess.Popen(
            list(words), stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        self.events: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.endswith("\n"):
                return  # it was killed while it said this
            with self._changed:
                self.events.append(json.loads(line))
                self._changed.notify_all()

    def until(self, event: str) -> dict[str, Any]:
        """Wait for the first event of this name."""
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while time.monotonic() < deadline and self._process.poll() is None:
                for told in self.events:
                    if told.get("event") == event:
                        return told
                self._changed.wait(0.2)
        self._log.flush()
        said = Path(self._log.name).read_text(encoding="utf-8")
        raise SystemExit(f"{self._process.args!r} did not say {event!r}.\n{said}")

    def wait(self, seconds: float | None) -> None:
        """Wait for its end, at most this long."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return

    def kill(self) -> None:
        """End it at once, as a power cut would; what it had said is still read."""
        self._process.kill()
        self.stop()

    @property
    def code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """Ask it to end, as Ctrl-C does; insist after a while."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()


def _count(base: str, resource: str) -> int:
    """How many resources the server says it has."""
    with urllib.request.urlopen(f"{base}/{resource}?_summary=count", timeout=30) as answer:  # noqa: S310, TID251
        return int(json.load(answer)["total"])


def program() -> list[str]:
    """How `health-gateway` is started here."""
    return [sys.executable, "-m", "gateway"]


os.environ.setdefault("PYTHONUNBUFFERED", "1")
