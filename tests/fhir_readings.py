"""Any reading that can be sent, and what its Observation must be held against."""

from __future__ import annotations

import json
import re
import struct
from dataclasses import replace
from decimal import Decimal

from fhir.resources.R4B.observation import Observation
from hypothesis import strategies as st

from adapters.kinds import Kind, all_kinds
from adapters.reading import (
    PLACES,
    SITUATIONS,
    Absence,
    Category,
    Components,
    Quality,
    Quantity,
    Reading,
    canonical,
    flags_of,
    waveform,
)
from fhir_mappings import words
from fhir_mappings.observation import to_json, to_observation
from fhir_mappings.outgoing import Outgoing
from fhir_mappings.shape import Adapter, Grain, Shape, Status
from fhir_mappings.table import row_of, rows
from tests.fhir_shapes import ALL_DOUBTS, ISSUED, STRAP, only_bluetooth

numbers = st.decimals(
    min_value=-(10**15), max_value=10**15, places=None, allow_nan=False, allow_infinity=False
).filter(lambda number: -12 <= int(number.as_tuple().exponent) <= 3)
sent_digits = st.one_of(
    st.decimals(min_value=0, max_value=9999, places=2),
    st.integers(min_value=0, max_value=300).map(Decimal),
    numbers,
)
absences = st.sampled_from(Absence)
flags = st.builds(
    lambda quality, place: quality & ALL_DOUBTS | place << 24,
    st.integers(0, 255) | st.integers(0, ALL_DOUBTS),
    st.integers(0, 16),
)
waveforms = st.builds(
    waveform,
    st.sampled_from([1000 / 130, 1000 / 512, 4.0, 0.5]),
    st.sampled_from(["1", "0.5", "0.001"]),
    st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=9).map(
        lambda samples: struct.pack(f"<{len(samples)}i", *samples)
    ),
)
instants = st.integers(min_value=0, max_value=4_102_444_800_000)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    name = draw(st.sampled_from(sorted(rows())))
    row = all_kinds()[name]
    value: Quantity | Components | Category | Absence
    wave = None
    if draw(st.integers(min_value=0, max_value=5)) == 0:
        value = draw(absences)
    elif row.shape == "quantity":
        value = Quantity(draw(sent_digits), row.unit)
    elif row.shape == "components":
        part = st.one_of(sent_digits, absences)
        most = len(row.components)
        count = draw(st.integers(min_value=most - len(row.optional), max_value=most))
        value = Components(tuple(draw(part) for _ in range(count)), row.unit)
    elif row.shape == "waveform":
        wave = draw(waveforms)
        value = Category(wave.digest)
    else:
        value = Category(draw(st.sampled_from(sorted(row_of(name).values))))
    return Reading(
        kind=name,
        start=draw(instants),
        value=value,
        duration=draw(st.one_of(st.just(0), st.integers(min_value=1, max_value=10**9))),
        quality=Quality(draw(st.integers(min_value=0, max_value=ALL_DOUBTS))) & ALL_DOUBTS,
        where=draw(st.sampled_from([one for one in PLACES if one not in words.REFUSED])),
        waveform=wave,
        situation=draw(st.sampled_from(SITUATIONS)),
    )


@st.composite
def shapes(draw: st.DrawFn, name: Kind) -> Shape:
    adapters: list[Adapter] = ["ble"] if only_bluetooth(name) else ["ble", "healthkit"]
    statuses: list[Status] = ["final", "amended", "entered-in-error"]
    grains: list[Grain] = ["raw", "minute", "day", "local_day"]
    return replace(
        STRAP,
        kind=name,
        adapter=draw(st.sampled_from(adapters)),
        simulated=draw(st.booleans()),
        body_site=draw(st.sampled_from(["", "chest", "wrist", "elsewhere"])),
        profiles=draw(st.sampled_from([(), STRAP.profiles])),
        status=draw(st.sampled_from(statuses)),
        grain=draw(st.sampled_from(grains)),
        also_counted=draw(st.booleans()),
        corrected=draw(st.booleans()),
    )


def outgoing_of(reading: Reading) -> Outgoing:
    value, decimals = canonical(reading)
    return Outgoing(
        kind=reading.kind,
        starts=[reading.start],
        durations=[reading.duration],
        values=[value],
        decimals=[decimals],
        flags=[flags_of(reading)],
        ids=["identity"],
        issued=ISSUED,
        waveforms={wave.digest: wave for wave in [reading.waveform] if wave},
    )


def _numbers(value: object) -> list[Decimal]:
    if isinstance(value, Quantity):
        return [value.value]
    if isinstance(value, Components):
        return [part for part in value.values if isinstance(part, Decimal)]
    return []


def judge(body: bytes, reading: Reading, shape: Shape) -> None:
    """Hold rendered bytes against the models and against the digits that were sent."""
    # By the model: valid, and the same content as the slow way.
    parsed = Observation.model_validate_json(body)
    modelled = to_observation(reading, shape, identifier="identity", issued=ISSUED)
    assert to_json(parsed) == to_json(modelled)
    # By plain JSON: the very digits that the device sent.
    document = json.loads(body, parse_float=Decimal, parse_int=Decimal)
    holders = [document, *document.get("component", ())]
    values = [one["valueQuantity"]["value"] for one in holders if "valueQuantity" in one]
    sent = [Decimal(f"{number:f}") for number in _numbers(reading.value)]
    assert [repr(value) for value in values] == [repr(number) for number in sent]
    if wave := document.get("valueSampledData"):
        assert reading.waveform is not None
        told = struct.pack(f"<{len(wave['data'].split())}i", *map(int, wave["data"].split()))
        assert told == reading.waveform.samples
        assert str(wave["factor"]) == reading.waveform.factor
        assert float(wave["period"]) == reading.waveform.period_ms
    # No byte outside ASCII, no offset but Z, one spelling of time.
    body.decode("ascii")
    times = [document.get("effectiveDateTime"), *document.get("effectivePeriod", {}).values()]
    for time in [document["issued"], *filter(None, times)]:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    assert not re.search(rb"T\d\d:\d\d[^\"]*[+-]\d\d:\d\d", body)
