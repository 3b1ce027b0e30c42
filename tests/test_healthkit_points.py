"""Points of a route that are read together are those that expat finds one by one."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import ArchiveRefused
from adapters.healthkit.routes import positions
from adapters.local_events import Position

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1"><trk><name>R</name><trkseg>\n'
SAID = b"<extensions><speed>1.4</speed><course>11</course><hAcc>3</hAcc></extensions>"
POINTS = [
    b'<trkpt lon="%.6f" lat="%.5f"><ele>%.2f</ele><time>2025-03-13T17:%02d:%02dZ</time>%b</trkpt>\n'
    % (8.84 + i / 7000, 47.98 - i / 9000, 399 - i / 3, i // 12, i * 5 % 60, SAID)
    for i in range(40)
]
FOOT = b"</trkseg></trk></gpx>\n"
WHOLE = HEAD + b"".join(POINTS) + FOOT
SNIPPETS = [
    b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x ", b"?>", b"<health-gateway-points/>", b"<trkpt>",
    b"</trkpt>", b"<time>", b"</time>", b"</trkseg>", b"</gpx>", b"&", b"<", b'"', b"9", b"\x0b",
    b"\xff", b"<ele>", POINTS[7], b' lat="91"', b"60Z", b"\n",
]  # fmt: skip


def found(content: bytes, size: int, *, fast: bool) -> tuple[list[Position], list[str]]:
    def blocks() -> Iterator[bytes]:
        yield from (content[at : at + size] for at in range(0, len(content), size))

    missed: list[str] = []
    try:
        return list(positions(blocks(), missed, fast=fast)), missed
    except ArchiveRefused:
        return [], missed


def test_all_points_of_a_usual_route_are_found() -> None:
    places, missed = found(WHOLE, 2**20, fast=True)
    assert (len(places), missed) == (len(POINTS), [])
    assert places[1] == Position(1741885205000, 47.97989, 8.840143, 398.67, "route-1741885200000")


def test_a_point_within_a_comment_is_none() -> None:
    content = WHOLE.replace(POINTS[3], b"<!--" + POINTS[3] + b"-->")
    assert len(found(content, 2**20, fast=True)[0]) == len(POINTS) - 1


def test_a_point_within_the_time_of_another_stops_nothing() -> None:
    content = WHOLE.replace(b"<time>2025-03-13T17:00:30", b"<time>2025<trkpt>-03-13T17:00:30")
    assert found(content, 2**20, fast=True) == found(content, 1, fast=False)


def test_our_own_mark_in_a_file_that_is_cut_within_it_is_nothing() -> None:
    mark = b'<trkpt lon="1" lat="2"><health-gateway-points/><ele>1</ele><time>2025-03-13T17:00:00Z'
    content = WHOLE.replace(POINTS[5], mark + b"</time></trkpt>")
    wanted = found(content, 2**20, fast=False)
    cuts = range(content.index(b"<health-"), content.index(b"points/>") + 9)
    assert all(found(content, cut, fast=True) == wanted for cut in cuts)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["insert", "delete", "copy"]),
            st.floats(0, 1, exclude_max=True),
            st.integers(0, 999),
        ),
        max_size=5,
    ),
    st.sampled_from([61, 1000, 2**20]),
    st.sampled_from([1, 777, 2**20]),
)
def test_points_are_those_that_expat_finds(
    edits: list[tuple[str, float, int]], fast: int, exact: int
) -> None:
    content = bytearray(WHOLE)
    for what, where, how in edits:
        at = int(where * len(content))
        if what == "insert":
            content[at:at] = SNIPPETS[how % len(SNIPPETS)]
        elif what == "delete":
            del content[at : at + 1 + how % 200]
        else:
            content[at:at] = content[at : at + how]
    assert found(bytes(content), fast, fast=True) == found(bytes(content), exact, fast=False)
