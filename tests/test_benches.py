"""The benches run and give their figures; how fast anything is, is not tested here."""

from __future__ import annotations

import pytest

from scripts.benches import pages, upload


@pytest.mark.server
def test_sending_is_measured_beside_a_bare_loop() -> None:
    figures = upload.run(readings=100, rounds=2)
    assert all(figure > 0 for figure in figures.values())
    assert {"ours_readings_a_second", "ratio_to_bare", "ours_cpu_ms_per_1000"} <= set(figures)


@pytest.mark.process
@pytest.mark.radio
def test_every_page_is_measured_and_so_is_a_notification() -> None:
    figures = pages.run(readings=3000, questions=2, seconds=2)
    assert all(figure > 0 for figure in figures.values())
    assert {"/readings", "/readings/heart_rate?span=year", "/sent", "/stays"} <= set(figures)
    assert figures["notifications"] >= 4
