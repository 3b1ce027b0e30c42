"""Random readings, very many of them, to Observations and back: `./scripts/soak fhir [N]`.

N readings (100,000 unless told otherwise) of any kind, value, time, place and doubt that can be
sent. Each is rendered, read by the R4B models of `fhir.resources`, and held against the models' own
way and against the digits that were sent: 36.60 stays 36.60. A test runs the same with 150.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from fhir_mappings.render import render
from scripts.soaks._words import numbers
from tests.fhir_readings import judge, outgoing_of, readings, shapes

N = 100_000


def check(count: int) -> int:
    """Render and judge so many readings; how many different ones there were."""
    seen: set[bytes] = set()

    @seed(20261130)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def each(data: st.DataObject) -> None:
        reading = data.draw(readings())
        shape = data.draw(shapes(reading.kind))
        [body] = render(outgoing_of(reading), shape)
        judge(body, reading, shape)
        seen.add(body)

    each()
    return len(seen)


def main(arguments: Sequence[str]) -> int:
    """Run, and print the figures as JSON."""
    count = int(*numbers(arguments, N))
    began = time.monotonic()
    different = check(count)
    figures = {
        "readings": count,
        "different": different,
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(figures, indent=2))
    return 0
