"""What stays here is nowhere else: not in a request, a line, a table of what may leave, a page.

Privacy requirements B1 to B8. A day with marked addresses, names, positions and signal strengths
walks the whole road; they are looked for in every spelling of `tests/canary.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import canary
from tests.road import Walked, walk

pytestmark = [pytest.mark.process, pytest.mark.server]

KEPT_HERE = {
    "strap address", "monitor address", "advertised name", "monitor's name", "serial number",
    "source name", "watch name", "device name", "local identifier", "latitude", "longitude",
    "altitude", "clinic's name", "file of an export",
}  # fmt: skip
"""What must be found in `local.db`: else the day put nothing to test."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("road")


@pytest.fixture(scope="module")
def walked(house: Path) -> Walked:
    return walk(house)


def test_the_marked_values_came_into_the_house(walked: Walked) -> None:
    assert walked.here >= KEPT_HERE


def test_readings_of_every_source_went_out(walked: Walked) -> None:
    sent = b"".join(walked.requests)
    assert walked.sent == walked.on_server > 10
    for code in (b"8867-4", b"breathCarbonMonoxide", b"55423-8", b"rrInterval"):
        assert code in sent, code
    assert not walked.held


def test_nothing_local_is_in_any_request(walked: Walked) -> None:
    assert canary.find_in(walked.requests) == set()


def test_no_request_tells_a_signal_strength_or_a_time_zone(walked: Walked) -> None:
    for request in walked.requests:
        assert canary.strays(request) == set()


def test_every_request_bears_the_fixed_headers_alone(walked: Walked) -> None:
    allowed = {
        "host", "user-agent", "accept", "accept-encoding", "content-type", "content-length",
        "if-none-exist", "prefer",
    }  # fmt: skip
    for request in walked.requests:
        head = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        names = {line.partition(":")[0].lower() for line in head}
        assert names <= allowed
        agent = next(line for line in head if line.lower().startswith("user-agent:"))
        assert agent.partition(": ")[2] == "health-gateway"


def test_nothing_local_is_in_any_line_that_was_said(walked: Walked) -> None:
    assert canary.find_in(walked.said) == set()


def test_nothing_local_is_in_any_table_of_what_may_leave(walked: Walked) -> None:
    found = {name: sorted(canary.find_in(rows)) for name, rows in walked.tables.items()}
    assert {name: marks for name, marks in found.items() if marks} == {}


def test_nothing_local_is_on_any_page_that_was_not_asked_for_it(walked: Walked) -> None:
    wanted = {"exports": {"file of an export"}}  # the page that lists what was imported
    found = {
        path: sorted(canary.find(text) - wanted.get(path, set()))
        for path, text in walked.pages.items()
    }
    assert {path: marks for path, marks in found.items() if marks} == {}


def test_the_files_show_no_plain_text(walked: Walked, house: Path) -> None:
    assert walked.sent
    for file in house.glob("home/*.db*"):
        data = file.read_bytes()
        assert canary.find(data) == set(), file.name
        assert b"heart_rate" not in data, file.name
        assert b"SQLite format 3" not in data[:100], file.name
