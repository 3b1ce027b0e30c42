"""Log lines come from a closed list and say nothing local."""

from __future__ import annotations

import io
import logging

import pytest

from gateway.log import FIELDS, Event, Log, quieten_others


def test_every_event_names_its_fields() -> None:
    assert set(FIELDS) == set(Event)


def test_an_event_is_one_line_with_its_fields() -> None:
    out = io.StringIO()
    Log(out).note(Event.SENT, sent=3, already=0, rejected=0)
    line = out.getvalue()
    assert line.count("\n") == 1
    assert "event=sent" in line
    assert "sent=3" in line


def test_a_field_that_the_event_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no such field"):
        Log(io.StringIO()).note(Event.STORED, address="C0:FF:EE:00:00:01")


@pytest.mark.parametrize(
    "local",
    [
        "C0:FF:EE:12:34:56",
        "dev_C0_FF_EE_12_34_56",
        "192.168.7.41",
        "52.5163, 13.3777",
        "/home/ada/x",
    ],
)
def test_other_packages_lines_lose_what_looks_local(local: str) -> None:
    out = io.StringIO()
    quieten_others(out)
    try:
        raise RuntimeError(local)
    except RuntimeError:
        logging.getLogger("bleak").exception("lost %s", local)
    finally:
        logging.basicConfig(force=True)
    assert "lost" in out.getvalue()
    for part in local.split(", "):
        assert part.removeprefix("dev_") not in out.getvalue()
