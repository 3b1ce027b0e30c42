"""The long run of random readings, with a few."""

from __future__ import annotations

import re

import pytest

import scripts.soaks.fhir as soak
from fhir_mappings.outgoing import Outgoing
from fhir_mappings.render import render
from fhir_mappings.shape import Shape


def test_a_few_random_readings_come_back_with_every_digit() -> None:
    assert soak.check(40) > 20


def test_the_run_would_notice_a_digit_that_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(outgoing: Outgoing, shape: Shape) -> list[bytes]:
        bodies = render(outgoing, shape)
        return [re.sub(rb'("value":-?[0-9])', rb"\g<1>1", body) for body in bodies]

    monkeypatch.setattr(soak, "render", careless)
    with pytest.raises((AssertionError, ValueError)):
        soak.check(40)
