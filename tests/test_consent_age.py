"""How old somebody must be to share anything."""

from __future__ import annotations

import pytest

from gateway.sharing.age import is_month, turns
from gateway.sharing.consent import (
    ConsentState,
    Reason,
    Request,
)
from gateway.sharing.decision import decide
from tests.fakes_consent import (
    ADA,
    DAY,
    HEART,
    HOUR,
    NOON,
    TRUSTED,
    invited,
    permit,
    state_of,
)

ASKED = Request(ADA, HEART, "clinic", "TREAT")


def reason(
    state: ConsentState,
    request: Request = ASKED,
    measured: tuple[int, int] = (NOON, NOON),
    now: int = NOON,
) -> Reason:
    return decide(state, request, measured, now, TRUSTED).reason


@pytest.mark.parametrize(
    ("born", "years", "expected"),
    [
        pytest.param("2008-11", 18, 1_796_083_200_000, id="the first of the month after"),
        pytest.param("2008-12", 18, 1_798_761_600_000, id="December turns into January"),
        pytest.param("2008-02", 18, 1_772_323_200_000, id="a leap February"),
    ],
)
def test_an_age_is_reached_when_the_month_of_the_birthday_is_over(
    born: str, years: int, expected: int
) -> None:
    assert turns(born, years) == expected


def test_a_month_of_birth_is_a_month() -> None:
    assert is_month("1980-01")
    for text in ("1980-13", "1980-1", "1980-01-01", "", "1980-01\n", "0001-01"):
        assert not is_month(text)
    with pytest.raises(ValueError, match="YYYY-MM"):
        turns("1980", 18)


@pytest.mark.parametrize(
    ("years", "before", "after"),
    [
        (13, Reason.UNDER_13, Reason.UNDER_18),
        (18, Reason.UNDER_18, Reason.UNDER_18),
    ],
)
def test_a_minor_shares_nothing_and_an_old_grant_does_not_come_of_age(
    years: int, before: Reason, after: Reason
) -> None:
    birthday = turns("2008-11", years)
    grant = permit(
        born="2008-11",
        start=birthday - DAY,
        end=birthday + DAY,
        history_from=birthday - DAY,
        history_to=birthday + DAY,
    )
    state = state_of(invited(), grant, when=birthday - HOUR)
    then = (birthday - 1, birthday - 1)
    assert reason(state, measured=then, now=birthday - 1) is before
    assert reason(state, measured=then, now=birthday) is after


def test_an_adult_from_this_moment_on_may_decide_anew() -> None:
    birthday = turns("2008-11", 18)
    grant = permit(born="2008-11", start=birthday, history_from=birthday - DAY)
    state = state_of(invited(), grant, when=birthday)
    assert reason(state, measured=(birthday, birthday), now=birthday) is Reason.PERMITTED
