"""Every judge that is installed, asked about the same resources in one go.

HAPI's instance validator (Java), Medplum, HL7's JSON schema by Ajv, UCUM-LHC (Node), and fhirkit
(Rust): nobody of this project wrote one of them. `scripts/judges/install` puts them into place.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.judges import guides

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".cache" / "judges"
JAVA = INSTALLED / "java"
NODE = Path(__file__).parent / "node"
FHIRKIT = INSTALLED / "fhirkit"
GUIDES = INSTALLED / "guides"
SNAPSHOTS = INSTALLED / "snapshots"
CLASSPATH = f"{JAVA / 'classes'}{os.pathsep}{JAVA / 'jars' / '*'}"

JUDGES = {
    "HAPI": "HAPI FHIR 8.4.0, instance validator",
    "Medplum": "Medplum 4.5.2, validateResource",
    "Schema": "HL7's JSON schema of R4, by Ajv 6.12.6",
    "UCUM": "UCUM-LHC 7.1.10 of the NLM: units alone",
    "fhirkit": "fhirkit-rs 0.1.0",
}
_SECONDS = 300


@dataclass(frozen=True)
class Verdict:
    """What a judge says of one resource.

    Attributes:
        complaints: its errors, in its own words; none where it accepts it.
        unknown: profiles that are claimed and that it does not know.
    """

    complaints: tuple[str, ...] = ()
    unknown: tuple[str, ...] = field(default=())


Verdicts = Mapping[str, Mapping[str, Verdict]]
"""By judge, then by the name of the case."""


def missing() -> list[str]:
    """The judges that are not installed."""
    gone = [] if (JAVA / ".installed").exists() else ["HAPI"]
    if not (NODE / "node_modules" / ".installed").exists():
        gone += ["Medplum", "Schema", "UCUM"]
    return gone if (FHIRKIT / ".installed").exists() else [*gone, "fhirkit"]


def ask(cases: Mapping[str, str], *, instead: Path | None = None) -> Verdicts:
    """Let every installed judge look at every resource.

    Args:
        cases: JSON by name.
        instead: a folder of definitions of guides, in the stead of ours.

    Raises:
        RuntimeError: a judge did not answer; the message holds what it said.
    """
    gone = missing()
    guides.write(GUIDES, instead)
    said: dict[str, dict[str, Verdict]] = {}
    if "HAPI" not in gone:
        said["HAPI"] = dict(_hapi(cases))
    if "Medplum" not in gone:
        said |= _node(cases)
    if "fhirkit" not in gone:
        said["fhirkit"] = _fhirkit(cases)
    return said


def java(main: str, *arguments: str) -> list[str]:
    """The command line of one of the judges in Java."""
    return ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx1500m",
            "-cp", CLASSPATH, main, *arguments]  # fmt: skip


def _hapi(cases: Mapping[str, str]) -> Iterator[tuple[str, Verdict]]:
    SNAPSHOTS.mkdir(exist_ok=True)
    for old in SNAPSHOTS.glob("*.json"):
        old.unlink()
    for answer in _lines(java("Validator", str(GUIDES), str(SNAPSHOTS)), cases):
        complaints = [
            f"{one['says']} ({one['where']})"
            for one in answer["issues"]
            if one["severity"] in ("error", "fatal")
        ]
        yield answer["name"], Verdict(tuple(complaints))


def _node(cases: Mapping[str, str]) -> dict[str, dict[str, Verdict]]:
    said: dict[str, dict[str, Verdict]] = {"Medplum": {}, "Schema": {}, "UCUM": {}}
    folders = [str(SNAPSHOTS)] if SNAPSHOTS.is_dir() else []
    for answer in _lines(["node", str(NODE / "judge.mjs"), *folders], cases):
        name = answer["name"]
        said["Medplum"][name] = Verdict(tuple(answer["medplum"]), tuple(answer["unknown"]))
        said["Schema"][name] = Verdict(tuple(answer["schema"]))
        said["UCUM"][name] = Verdict(tuple(answer["ucum"]))
    return said


def _fhirkit(cases: Mapping[str, str]) -> dict[str, Verdict]:
    program = (
        "import json, sys, fhirkit\n"
        "for line in sys.stdin:\n"
        "    asked = json.loads(line)\n"
        "    said = [str(one) for one in fhirkit.validate(asked['resource'].encode())]\n"
        "    print(json.dumps({'name': asked['name'], 'said': said}), flush=True)\n"
    )
    answers = _lines([sys.executable, "-c", program], cases, PYTHONPATH=str(FHIRKIT))
    return {answer["name"]: Verdict(tuple(answer["said"])) for answer in answers}


def _lines(command: list[str], cases: Mapping[str, str], **extra: str) -> list[dict[str, Any]]:
    asked = "".join(
        json.dumps({"name": name, "resource": body}) + "\n" for name, body in cases.items()
    )
    done = subprocess.run(  # our own command lines
        command, input=asked, capture_output=True, text=True, timeout=_SECONDS, check=False,
        env={**os.environ, **extra},
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or len(answers) != len(cases):
        raise RuntimeError(f"{command[0]} judged {len(answers)} of {len(cases)}: {done.stderr}")
    return answers
