"""Readings to Observation bytes with their keyed ids, beside three other ways.

`fhir.resources` (validate and dump), fhirkit-rs (parse, validate and write; Rust) and orjson (a
plain dict, checked by nobody). All start from the same stored columns, make the same keyed ids and
end with the same content. They take turns in one process, and CPU time is counted, so that what
else the machine does weighs little. Memory is that of a process of its own that renders a million.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from statistics import median
from typing import Any

import orjson
from fhir.resources.R4B.observation import Observation

from adapters.kinds import kind
from adapters.reading import Instant, Value
from fhir_mappings.outgoing import Outgoing
from fhir_mappings.render import render
from fhir_mappings.shape import Shape
from scripts.judges.asking import FHIRKIT

BUDGET = 100
"""The budget: at least this many times faster than validate + dump."""

_SECRET = b"k" * 32
_START = 1_795_000_000_000
_AT_ONCE = 10_000
_SHAPE = Shape(
    kind=kind("heart_rate"),
    subject="Patient/123",
    device="Device/456",
    gateway_device="Device/789",
    identifier_system="urn:ietf:rfc:3986",
    adapter="ble",
    simulated=True,
    body_site="chest",
    profiles=("http://hl7.org/fhir/StructureDefinition/vitalsigns",),
)


def _identifier(start: Instant, value: Value) -> str:
    identity = f"person|heart_rate|device|{start}|0|{value}|0"
    digest = hmac.digest(_SECRET, identity.encode(), "sha256")
    return urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def _spliced(count: int, first: int = 0) -> list[bytes]:
    starts = range(_START + first * 1000, _START + (first + count) * 1000, 1000)
    values = [60 + index % 90 for index in range(first, first + count)]
    return render(
        Outgoing(
            kind=_SHAPE.kind,
            starts=starts,
            durations=[0] * count,
            values=values,
            decimals=[0] * count,
            flags=[0] * count,
            ids=list(map(_identifier, starts, values)),
            issued=_START,
        ),
        _SHAPE,
    )


def _resources(count: int) -> Iterator[dict[str, Any]]:
    """The same Observations as dicts, each with its own id, time and value."""
    sample = json.loads(_spliced(1)[0])
    for index in range(count):
        start, value = _START + index * 1000, 60 + index % 90
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(start // 1000))
        yield sample | {
            "identifier": [sample["identifier"][0] | {"value": _identifier(start, value)}],
            "effectiveDateTime": f"{at}.{start % 1000:03d}Z",
            "valueQuantity": sample["valueQuantity"] | {"value": value},
        }


def _modelled(count: int) -> list[bytes]:
    return [Observation.model_validate(one).model_dump_json().encode() for one in _resources(count)]


def _plain(count: int) -> list[bytes]:
    return [orjson.dumps(one) for one in _resources(count)]


def _in_rust() -> Callable[[int], list[bytes]] | None:
    """fhirkit's way; None where it is not installed (`scripts/judges/install`)."""
    if not (FHIRKIT / ".installed").exists():
        return None
    if str(FHIRKIT) not in sys.path:
        sys.path.append(str(FHIRKIT))
    parse: Any = import_module("fhirkit").parse

    def made(count: int) -> list[bytes]:
        return [parse(orjson.dumps(one)).to_json().encode() for one in _resources(count)]

    return made


def _cpu(work: Callable[[int], list[bytes]], count: int) -> float:
    before = time.process_time()
    work(count)
    return (time.process_time() - before) / count * 1e6


def memory(count: int) -> int:
    """KiB of peak memory that so many renderings add to those of the first batch."""
    program = (
        "import resource, sys\n"
        "from scripts.benches.fhir import _AT_ONCE, _spliced\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "_spliced(_AT_ONCE)\n"
        "first = peak()\n"
        "for at in range(0, int(sys.argv[1]), _AT_ONCE):\n"
        "    _spliced(min(_AT_ONCE, int(sys.argv[1]) - at), at)\n"
        "print(peak() - first)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(count)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def run(
    count: int = 400, rounds: int = 9, million: int = 1_000_000
) -> dict[str, float | int | str]:
    """Measure; ``count`` models a round, and fifty times as many splices.

    Returns:
        microseconds of CPU a reading for each way and how many a second that is, the ratio of
        each to splicing (median of the rounds), the budget for the first, what a million adds to
        the memory, and the SHA-256 of the spliced bytes, equal at every run.
    """
    ways: dict[str, tuple[Callable[[int], list[bytes]], int]] = {
        "spliced": (_spliced, count * 50),
        "modelled": (_modelled, count),
        "orjson": (_plain, count * 10),
    }
    if rust := _in_rust():
        ways["fhirkit"] = (rust, count * 10)
    for work, _ in ways.values():
        work(min(count, 20))
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (work, many) in ways.items():
            taken[name].append(_cpu(work, many))
    figures: dict[str, float | int | str] = {}
    for name, times in taken.items():
        figures[f"{name}_us"] = round(median(times), 2)
        figures[f"{name}_a_second"] = round(1e6 / median(times))
    for name in ways.keys() - {"spliced"}:
        ratios = map(lambda other, ours: other / ours, taken[name], taken["spliced"])
        figures["ratio" if name == "modelled" else f"{name}_ratio"] = round(median(ratios), 2)
    return figures | {
        "budget_ratio": BUDGET,
        "million_kib": memory(million),
        "sha256": hashlib.sha256(b"\n".join(_spliced(count))).hexdigest(),
    }


def main(words: Sequence[str] = ()) -> None:
    """Print the figures; `words` are the runner's flags, of which none concerns this bench."""
    for name, figure in run().items():
        print(f"{name:>18}  {figure}")


if __name__ == "__main__":
    main()
