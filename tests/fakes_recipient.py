"""A recipient that takes whatever it is sent: what came can be read byte for byte afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tests.loopback_proxy import LoopbackProxy, Seen, answer


class TakesEverything:
    """Answers as a FHIR server does to which everything is new."""

    def __init__(self) -> None:
        self._made = 0

    async def __call__(self, seen: Seen) -> bytes | str:
        path = seen.path.partition("?")[0]
        if seen.method == "GET":
            return answer(200, b'{"resourceType":"CapabilityStatement"}')
        if not path.endswith("/fhir"):
            return answer(201, Location=self._make(path.rpartition("/")[2]))
        entries = [
            {"response": {"status": "201", "location": self._make("Observation")}}
            for _ in json.loads(seen.body)["entry"]
        ]
        bundle = {"resourceType": "Bundle", "type": "batch-response", "entry": entries}
        return answer(200, json.dumps(bundle).encode())

    def _make(self, resource: str) -> str:
        self._made += 1
        return f"{resource}/{self._made}"


def recipient() -> LoopbackProxy:
    """One, on loopback."""
    return LoopbackProxy(fault=TakesEverything())


def names_of(requests: Iterable[Seen]) -> set[str]:
    """Every identifier under which something of this house stands there."""
    found: set[str] = set()
    for one in requests:
        if one.body:
            _gather(json.loads(one.body), found)
    return found


def observations(requests: Iterable[Seen]) -> list[dict[str, object]]:
    """Every Observation that came."""
    bundles = [json.loads(one.body) for one in requests if b'"Observation"' in one.body]
    return [
        entry["resource"]
        for bundle in bundles
        for entry in bundle.get("entry", ())
        if entry["resource"]["resourceType"] == "Observation"
    ]


def _gather(within: object, found: set[str]) -> None:
    if isinstance(within, list):
        for one in within:
            _gather(one, found)
    elif isinstance(within, dict):
        for name, one in within.items():
            if name == "identifier":
                listed = one if isinstance(one, list) else [one]
                found.update(str(identifier["value"]) for identifier in listed)
            _gather(one, found)
