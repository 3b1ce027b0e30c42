"""`sources`: a day's total at the terminal, how it came about, and which source counts first."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.app import open_house
from tests.command_line import simulation_home
from tests.fakes_healthkit import document, record

STEPS = "HKQuantityTypeIdentifierStepCount"
START = "2026-06-28 08:00:00 +0000"


def _device(name: str) -> str:
    return f"&lt;&lt;HKDevice: 0x1&gt;, name:{name}, manufacturer:Apple Inc., model:{name}&gt;"


def test_a_day_of_phone_and_watch_at_the_terminal(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "healthkit")
    entries = [
        record(STEPS, value, "count", start=START, endDate=f"2026-06-28 08:{minute}:00 +0000",
               device=_device(device), sourceName=f"Ada's {device}")
        for device, value, minute in (("iPhone", "900", "20"), ("Watch", "600", "10"))
    ]  # fmt: skip
    (tmp_path / "export.xml").write_bytes(document(entries))
    assert command.answer("import", str(tmp_path / "export.xml"))["new"] == 2

    told = command.answer("sources", "day", "step_count", "--date", "2026-06-28")
    assert (told["total"], told["unit"]) == (1050, "{steps}")
    parts = [(one["called"], one["recorded"], one["counted"]) for one in told["sources"]]
    assert parts == [("Apple Inc. Watch", 600, 600), ("Apple Inc. iPhone", 900, 450)]
    assert "Ada" not in json.dumps(told), "names are told where they are asked for"

    listed = command.answer("sources", "list")
    assert [(one["number"], one["called"], one["chosen"]) for one in listed] == [
        (1, "Apple Inc. Watch (Ada's Watch)", False),
        (2, "Apple Inc. iPhone (Ada's iPhone)", False),
    ]
    assert command.answer("sources", "first", "2")["called"].startswith("Apple Inc. iPhone")
    told = command.answer("sources", "day", "step_count", "--date", "2026-06-28")
    assert told["total"] == 900

    house = open_house(command.home)
    acts = [entry.act for entry in house.audit.entries()]
    house.close()
    assert acts.count("sources.order") == 1


def test_what_cannot_be_asked_says_what_can(tmp_path: Path) -> None:
    command = simulation_home(tmp_path)
    for words, next_step in (
        (["first", "1"], "sources list"),
        (["day", "mood"], "readings --kinds"),
        (["day", "heart_rate"], "step_count"),
        (["day", "step_count", "--date", "someday"], "2026-06-28"),
    ):
        ended = command("sources", *words)
        assert ended.code == 2
        assert next_step in ended.err
    assert "Nothing that adds up" in command("sources", "list").out
