"""The soak of the store runs, with fewer readings than in a long night."""

from __future__ import annotations

from scripts.soaks.store import Filled, run


def test_a_filled_store_is_measured() -> None:
    figures = run(20_000)
    assert figures["rows"] == 20_000
    assert 10 < figures["bytes_a_row"] < 200
    assert figures["hours_rolled_up"] > 5_000
    assert {"day_trend_p95_ms", "year_trend_p95_ms", "fill_rows_a_second"} <= set(figures)
    assert {"release_all_history_p95_ms", "withdrawal_p95_ms"} <= set(figures)
    assert all(figure > 0 for figure in figures.values())


def test_others_add_their_own_measures() -> None:
    def rows(store: Filled) -> dict[str, float]:
        return {"mine": store.rows}

    assert run(1000, [rows])["mine"] == 1000
