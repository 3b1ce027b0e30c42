"""Records taken by the thousand, one by one, or found by ElementTree: the same rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import ArchiveRefused
from adapters.healthkit.body import cleaned, without_head
from adapters.healthkit.devices import Devices
from adapters.healthkit.elements import CHILDREN, Entry, Losses
from adapters.healthkit.entries import entries
from adapters.healthkit.fast import FastPath
from adapters.healthkit.limits import Limits
from adapters.healthkit.report import ImportReport
from adapters.healthkit.taking import Taking
from adapters.source import Arrival
from scripts.export_text import NASTY
from tests.fakes_healthkit import (
    PERSON,
    Imported,
    collected,
    device_key,
    document,
    make,
    record,
    run,
    source_key,
)

LIMITS = Limits(block=2**12, twins=25, batch=40)


def taking(report: ImportReport, limits: Limits) -> Taking:
    devices = Devices(PERSON, device_key, source_key, limits.names)
    return Taking(PERSON, devices, report, limits, keep_routes=True)


def read(content: bytes, *, fast: bool, size: int, limits: Limits = LIMITS) -> Imported:
    """All that one path finds, with the bytes cut into portions of ``size``."""
    report, losses = ImportReport(), Losses()
    taken = taking(report, limits)
    blocks = (content[at : at + size] for at in range(0, len(content), size))

    def arrivals() -> Iterator[Arrival]:
        body = without_head(blocks, "HealthData")
        if fast:
            yield from FastPath(taken, losses, max_token=limits.max_token).read(body)
        else:
            whole = cleaned(body, losses.replace)
            for entry in entries(whole, losses, max_token=limits.max_token):
                yield from taken.take(entry)
        yield from taken.end()

    found = collected(report, arrivals())
    report.damaged, report.cut_short = losses.damaged, losses.cut_short
    ends = content.find(b"</HealthData>\n") == len(content) - 14
    if ends and not re.search(rb"<HealthData[^>]*/>", content):  # behind the end nothing counts
        report.replaced = losses.replaced
    return found


def as_told(found: Imported) -> tuple[object, ...]:
    """Everything that matters, in an order that batches do not change."""
    report = found.report.as_dict()
    del report["seconds"], report["peak_mib"]
    local = sorted(repr(event) for event in found.local)
    return sorted(map(repr, found.rows)), sorted(map(repr, found.facts)), local, report


@pytest.mark.parametrize("name", [*sorted(NASTY), ""])
@pytest.mark.parametrize("small", [True, False])
def test_both_paths_find_the_same_in_every_nasty_file(
    tmp_path: Path, name: str, small: bool
) -> None:
    path = tmp_path / "export.zip"
    make(path, *[name] * bool(name), small=small, days=3)
    limits = Limits(block=2**16)
    assert as_told(run(path, limits, fast=True)) == as_told(run(path, limits))


def made(count: int) -> list[str]:
    """Records of few heads and ends, with all that may stand between them."""
    kind = "HKQuantityTypeIdentifier"
    pointer = "&lt;&lt;HKDevice: 0x{:x}&gt;, name:Watch, model:Watch, hardware:Watch6,12&gt;"
    lines = []
    for i in range(count):
        dates = {
            "start": f"2026-01-{1 + i // 50:02} 10:{i % 50:02}:09 +0100",
            "endDate": f"2026-01-{1 + i // 50:02} 10:{i % 50:02}:{9 + i % 3:02} +0100",
            "creationDate": f"2026-01-28 10:{i % 50:02}:10 +0100",
        }
        match i % 6:
            case 0 | 1:
                told = {"device": pointer.format(0x66AABA640 + i // 7), **dates}
                line = usual(kind + "HeartRate", str(60 + i % 7), "count/min", **told)
            case 2:
                line = usual(kind + "BodyMass", f"{70 + i / 100:.2f}", "kg", **dates)
            case 3:
                line = usual(kind + "OxygenSaturation", f"0.9{i % 10}", "%", **dates)
            case 4:
                line = usual(kind + "HeartRateVariabilitySDNN", str(40 + i % 9), "ms", **dates)
                line = line.replace("/>\n", with_beats(1 + i % 4, i))
            case _:
                line = usual(kind + "HeartRate", "61", "count/min", **dates).replace(
                    "/>\n", '>\n  <MetadataEntry key="HKWasUserEntered" value="1"/>\n </Record>\n'
                )
        lines.append(line)
    return lines


def with_beats(count: int, hour: int) -> str:
    """The end of a record with so many beats."""
    beats = "".join(
        f'   <InstantaneousBeatsPerMinute bpm="{60 + i}" time="{hour % 12}:24:0{i}.{19 + i} AM"/>\n'
        for i in range(count)
    )
    name = "HeartRateVariabilityMetadataList"
    return f">\n  <{name}>\n{beats}  </{name}>\n </Record>\n"


def usual(type_: str, value: str, unit: str, *, start: str, **more: str) -> str:
    """A record with its attributes in Apple's order."""
    line = record(type_, value, unit, start=start, **more)
    head, dates = line.split(' startDate="', 1)
    device = f' device="{more["device"]}"' if "device" in more else ""
    head = head.replace(' unit="', f'{device} unit="')
    created = f' creationDate="{more["creationDate"]}"'
    end = more["endDate"]
    _, _, rest = dates.partition(' value="')
    value_only = rest.partition('"')[0]
    return f'{head}{created} startDate="{start}" endDate="{end}" value="{value_only}"/>\n'


LINES = made(120)
SNIPPETS = [
    b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?note ", b"?>", b'"', b"'", b"&amp;", b"&#11;", b"&",
    b"<", b">", b"/>", b"\n <Record ", b"</Record>", b"</HealthData>", b"\x0b", b"\xff",
    b"\xe2\x82",
    b' creationDate="', b' value="', b"\n <Correlation>", b"</Correlation>", b"\n", b"9", b"+0200",
    b" ", b"<between/>", b'<Record type="x"/>', b"1e3", b".", b"bpm=", b"7",
    b'   <InstantaneousBeatsPerMinute bpm="60" time="x"/>\n',
]  # fmt: skip


EDITS = st.tuples(
    st.sampled_from(["insert", "delete", "flip", "copy", "swap"]),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 999),
)


def mutated(edits: list[tuple[str, float, int]]) -> bytes:
    """A whole export, changed at some places: what, where, how."""
    content = bytearray(document(LINES))
    for what, where, how in edits:
        at = 60 + int(where * (len(content) - 60))
        match what:
            case "insert":
                content[at:at] = SNIPPETS[how % len(SNIPPETS)]
            case "delete":
                del content[at : at + 1 + how % 40]
            case "flip":
                content[at] = how % 256
            case "copy":
                content[at:at] = content[at : at + 1 + how]
            case _:
                wide = 1 + how % 300
                turned = content[at + wide : at + 2 * wide] + content[at : at + wide]
                content[at : at + 2 * wide] = turned
    return bytes(content)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(EDITS, min_size=1, max_size=6),
    st.sampled_from([97, 1000, 4096, 60_000]),
    st.sampled_from([1, 333, 2**20]),
)
def test_both_paths_find_the_same_in_any_mutated_file(
    edits: list[tuple[str, float, int]], fast: int, exact: int
) -> None:
    content = mutated(edits)
    try:
        wanted = as_told(read(content, fast=False, size=exact))
    except ArchiveRefused:
        with pytest.raises(ArchiveRefused):
            read(content, fast=True, size=fast)
        return
    assert as_told(read(content, fast=True, size=fast)) == wanted


ODD_BEATS = {
    "attributes the other way round": '<InstantaneousBeatsPerMinute time="7:24:01.19" bpm="70"/>\n',
    "single quotes": "<InstantaneousBeatsPerMinute bpm='70' time='7:24:01.19'/>\n",
    "no time": '   <InstantaneousBeatsPerMinute bpm="70" time=""/>\n',
    "many decimals": '   <InstantaneousBeatsPerMinute bpm="70.00000001" time="7:24:01.19"/>\n',
    "beats in a comment": '<!--\n   <InstantaneousBeatsPerMinute bpm="61" time="1:00:00.00"/>\n-->'
    '<InstantaneousBeatsPerMinute time="7:24:01.19" bpm="70"/>\n',
}


@pytest.mark.parametrize("beat", ODD_BEATS.values(), ids=ODD_BEATS.keys())
def test_one_beat_that_is_written_otherwise_is_read_as_it_stands(beat: str) -> None:
    odd = f">\n  <HeartRateVariabilityMetadataList>\n{beat}</HeartRateVariabilityMetadataList>\n"
    lines = [re.sub(r"(?s)>\n  <Heart.*List>\n", lambda _: odd, line) for line in LINES]
    assert lines != LINES
    content = document(lines)
    wanted = as_told(read(content, fast=False, size=2**20))
    assert as_told(read(content, fast=True, size=2**20)) == wanted


def test_a_pointer_within_the_name_of_an_app_is_a_part_of_the_name() -> None:
    content = document(
        line.replace(
            'sourceName="Watch"',
            f"sourceName='a device=\"&lt;&lt;HKDevice: 0x{i:x}&gt;, '"
            " device='&lt;&lt;HKDevice: 0x0&gt;, name:W&gt;'",
        )
        for i, line in enumerate(LINES)
        if " device=" not in line
    )
    wanted = as_told(read(content, fast=False, size=2**20))
    assert as_told(read(content, fast=True, size=2**20)) == wanted


def test_equal_lists_of_beats_are_numbered_in_the_order_of_the_file() -> None:
    """Also where what a record is was found out after that of a later one."""
    at = "2026-01-20 10:00:00 +0100"
    by_hand = '>\n  <MetadataEntry key="HKWasUserEntered" value="1"/>'

    def line(day: int, *, typed: bool) -> str:
        dates = {"start": at, "endDate": at, "creationDate": f"2026-01-{day} 10:00:00 +0100"}
        one = usual("HKQuantityTypeIdentifierHeartRateVariabilitySDNN", "40", "ms", **dates)
        return one.replace("/>\n", by_hand * typed + with_beats(3, 7)[typed:])

    known = [LINES[i] for i in range(4, 120, 6)]
    twins = [line(20, typed=True)] * 2 + [line(21, typed=True), line(22, typed=False)]
    content = document([*LINES, *known, *LINES[:60], *twins, *known])
    wanted = read(content, fast=False, size=2**20, limits=Limits())
    assert len(wanted.of("heart_beats")) > 2
    for size in (900, 5000, 2**20):
        found = read(content, fast=True, size=size, limits=Limits())
        assert as_told(found) == as_told(wanted)


@pytest.mark.parametrize(
    "between", ['<Foo a="1"\n', "<Foo\n", "</Foo\n", "<![CDATA[", "<![CDATA[\n"]
)
def test_damage_is_where_the_file_has_it(between: str) -> None:
    """The parser was asked where it stands while it was within this."""
    content = document([*LINES[:30], between, *LINES[30:60], "]]>& ", *LINES[60:]])
    wanted = as_told(read(content, fast=False, size=2**20))
    for size in (600, 4096, 2**20):
        assert as_told(read(content, fast=True, size=size)) == wanted


def judged(content: bytes, limits: Limits = LIMITS) -> Imported:
    """What `Taking` makes of the elements that ElementTree finds.

    Raises:
        ElementTree.ParseError: the file is not well formed.
    """
    report = ImportReport()
    taken = taking(report, limits)

    def entry(element: ElementTree.Element) -> Entry:
        made = Entry(element.tag, dict(element.attrib))
        fill(made, element)
        return made

    def fill(made: Entry, element: ElementTree.Element) -> None:
        for child in element:
            if child.tag == "MetadataEntry":
                made.metadata.setdefault(child.get("key", ""), child.get("value", ""))
            elif child.tag in CHILDREN:
                made.children.append(entry(child))
            else:
                fill(made, child)

    def arrivals() -> Iterator[Arrival]:
        for element in ElementTree.fromstring(content):  # noqa: S314  # made here
            for place in element.iter():
                if place.tag in ("WorkoutRoute", "Location"):
                    yield from taken.take(entry(place))
            yield from taken.take(entry(element))
        yield from taken.end()

    return collected(report, arrivals())


@settings(max_examples=150, deadline=None)
@given(st.lists(EDITS, min_size=1, max_size=6), st.sampled_from([1000, 4096, 60_000]))
def test_where_a_mutated_file_is_well_formed_elementtree_finds_the_same(
    edits: list[tuple[str, float, int]], size: int
) -> None:
    content = mutated(edits).replace(b"<!DOCTYPE HealthData []>\n", b"", 1)
    try:
        wanted = as_told(judged(content))
    except (ElementTree.ParseError, ValueError):
        return
    assert as_told(read(content, fast=True, size=size)) == wanted


def test_elementtree_finds_the_same_in_a_whole_export(tmp_path: Path) -> None:
    make(tmp_path / "export.xml", days=4)
    content = (tmp_path / "export.xml").read_bytes()
    limits = Limits()
    assert as_told(read(content, fast=True, size=2**16, limits=limits)) == as_told(
        judged(content, limits)
    )


def test_most_records_of_an_export_are_taken_by_the_thousand(tmp_path: Path) -> None:
    """Else the tests above would compare one path with itself."""
    counted = {"rows": 0, "one by one": 0}

    class Counting(Taking):
        def take_rows(self, rows: object) -> Iterator[Arrival]:
            counted["rows"] += len(rows)  # type: ignore[arg-type]
            return super().take_rows(rows)  # type: ignore[arg-type]

        def take(self, entry: Entry) -> Iterator[Arrival]:
            counted["one by one"] += 1
            return super().take(entry)

    make(tmp_path / "export.xml", days=10)
    limits = Limits()
    devices = Devices(PERSON, device_key, source_key, limits.names)
    taken = Counting(PERSON, devices, ImportReport(), limits, keep_routes=True)
    blocks = iter([(tmp_path / "export.xml").read_bytes()])
    path = FastPath(taken, Losses(), max_token=limits.max_token)
    for _ in path.read(without_head(blocks, "HealthData")):
        pass
    assert counted["rows"] > 10 * counted["one by one"] > 0
