"""The bench runs and says the same bytes each time; how fast it is, is not tested here."""

from __future__ import annotations

from scripts.benches.fhir import run


def test_the_bench_gives_its_figures_and_the_same_bytes_at_every_run() -> None:
    first, second = run(count=4, rounds=1, million=20_000), run(count=4, rounds=1, million=20_000)

    assert {
        "spliced_us",
        "modelled_us",
        "orjson_us",
        "ratio",
        "budget_ratio",
        "million_kib",
    } <= set(first)
    assert first["sha256"] == second["sha256"]
