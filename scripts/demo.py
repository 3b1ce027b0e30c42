"""The main job, end to end: simulated sensors and an export, to a FHIR server and two pages."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from scripts.demo_house import Demo

SHARED = (
    "heart_rate",
    "breath_carbon_monoxide",
    "step_count",
    "body_weight",
    "blood_pressure",
)
"""What the demo's patient agrees to share; every other kind stays here."""


def main() -> int:
    """Run the demo until stopped, or with `--once` for about twenty seconds."""
    words = _words()
    started = time.monotonic()
    with ExitStack() as cleanup:
        home = Path(tempfile.mkdtemp(prefix="health-gateway-demo-"))
        if not words.keep:
            cleanup.callback(shutil.rmtree, home, ignore_errors=True)
        demo = Demo(home, quiet=words.json)
        cleanup.callback(demo.stop)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        _set_the_scene(demo)
        if words.once:
            return _once(demo, words, started)
        _explain(demo)
        try:
            demo.wait()
        except KeyboardInterrupt:
            demo.tell("Stopping; the demo's home is removed.")
    return 0


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./scripts/demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop by itself after about 20 s")
    parser.add_argument("--json", action="store_true", help="with --once: one JSON document")
    parser.add_argument("--keep", action="store_true", help="leave the FHIR server running")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long --once listens")
    return parser.parse_args()


def _set_the_scene(demo: Demo) -> None:
    demo.tell("Making a simulation home …")
    demo.make_home()
    demo.tell("Starting a FHIR server that nobody here wrote (sekmet-fhir, on loopback) …")
    demo.start_server()
    demo.tell("Starting simulated sensors: a strap, a breath monitor, a tracker, a room sensor …")
    demo.start_simulator()
    demo.tell("Pairing them, as a person would …")
    demo.pair_all()
    demo.tell("Importing a small Apple Health export, made just now …")
    demo.import_sample()
    demo.tell("Recording what the demo's patient agrees to …")
    demo.agree(SHARED)
    demo.tell("Collecting, sharing, serving the pages …")
    demo.start_run()
    demo.start_clinic()


def _once(demo: Demo, words: argparse.Namespace, started: float) -> int:
    demo.listen(words.seconds)
    demo.stop_run()
    demo.send_the_rest()
    report = demo.report()
    report["seconds"] = round(time.monotonic() - started, 1)
    if words.keep:
        report["pid"] = demo.leave_server_running()
    if words.json:
        sys.stdout.write(json.dumps(report, indent=2) + "\n")
    else:
        for name, value in report.items():
            demo.tell(f"{name}: {value}")
    whole = report["sent"] == report["on_server"] == report["due"] and report["sent"]
    return 0 if whole else 1


def _explain(demo: Demo) -> None:
    demo.tell(
        f"""
Your pages (as the patient):   {demo.patient_pages}
   Readings: live values with their age and device, and a trend.
   Share: what goes to the practice server; take it back with one tap and watch it stop.
   Sent: every reading that went, and what did not and why.
   Stays here: addresses, names, positions; counted, never sent.

The clinician's viewer:        {demo.clinic_pages}
   The same readings from the FHIR server, marked as supplied by the patient. They are simulated,
   so they are hidden until you ask for test data.

The FHIR server:               {demo.fhir}

Ctrl-C ends the demo and removes its home."""
    )


if __name__ == "__main__":
    sys.exit(main())
