"""Readings to Observation bytes with their keyed ids, beside the models' own way.

Both ways start from the same stored columns and end with the same content. They take turns in
one process, and CPU time is counted, so that what else the machine does weighs little.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from statistics import median

from fhir.resources.R4B.observation import Observation

from adapters.kinds import kind
from adapters.reading import Instant, Value
from fhir_mappings.outgoing import Outgoing
from fhir_mappings.render import render
from fhir_mappings.shape import Shape

BUDGET = 100
"""The budget: at least this many times faster than validate + dump."""

_SECRET = b"k" * 32
_START = 1_795_000_000_000
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


def _spliced(count: int) -> list[bytes]:
    starts = range(_START, _START + count * 1000, 1000)
    values = [60 + index % 90 for index in range(count)]
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


def _modelled(count: int) -> list[bytes]:
    sample = json.loads(_spliced(1)[0])
    made = []
    for index in range(count):
        start, value = _START + index * 1000, 60 + index % 90
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(start // 1000))
        resource = sample | {
            "identifier": [sample["identifier"][0] | {"value": _identifier(start, value)}],
            "effectiveDateTime": f"{at}.{start % 1000:03d}Z",
            "valueQuantity": sample["valueQuantity"] | {"value": value},
        }
        made.append(Observation.model_validate(resource).model_dump_json().encode())
    return made


def _cpu(work: Callable[[int], list[bytes]], count: int) -> float:
    before = time.process_time()
    work(count)
    return (time.process_time() - before) / count * 1e6


def run(count: int = 400, rounds: int = 9) -> dict[str, float | int | str]:
    """Measure; ``count`` models a round, and fifty times as many splices.

    Returns:
        microseconds of CPU a reading for each way, their ratio (median of the rounds), the budget
        for the ratio, and the SHA-256 of the spliced bytes, equal at every run.
    """
    _spliced(count)
    _modelled(min(count, 20))
    spliced, modelled = [], []
    for _ in range(rounds):
        modelled.append(_cpu(_modelled, count))
        spliced.append(_cpu(_spliced, count * 50))
    return {
        "spliced_us": round(median(spliced), 2),
        "modelled_us": round(median(modelled), 1),
        "ratio": round(median(map(lambda m, s: m / s, modelled, spliced)), 1),
        "budget_ratio": BUDGET,
        "sha256": hashlib.sha256(b"\n".join(_spliced(count))).hexdigest(),
    }


def main(words: Sequence[str] = ()) -> None:
    """Print the figures; `words` are the runner's flags, of which none concerns this bench."""
    for name, figure in run().items():
        print(f"{name:>12}  {figure}")


if __name__ == "__main__":
    main()
