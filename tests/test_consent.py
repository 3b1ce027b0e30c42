"""Decisions one by one: each rule of docs/consent.md at its borders."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.kinds import Kind, all_kinds
from gateway.sharing.consent import (
    FUTURE_TOLERANCE_MS,
    ConsentState,
    Reason,
    Request,
    Window,
    is_shareable,
    shareable_kinds,
)
from gateway.sharing.decision import decide, may_collect, next_change, windows
from gateway.sharing.events import (
    Collect,
    Deny,
    Lift,
    PolicyChanged,
    RecipientConfirmed,
    RecipientRemoved,
    RecipientSuspended,
    StopCollect,
    Withdraw,
)
from gateway.sharing.fold import fold
from gateway.sharing.words import SENTENCES, sentence
from tests.fakes_consent import (
    ADA,
    BEN,
    DAY,
    HEART,
    HOUR,
    MINUTE,
    NOON,
    ROOM_AIR,
    TRUSTED,
    UNTRUSTED,
    WEIGHT,
    at,
    invited,
    permit,
    sha256,
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


def deny(end: int | None = None, start: int = NOON - HOUR) -> Deny:
    return Deny("d1", ADA, "clinic", ("TREAT",), (HEART,), start, end)


def test_nothing_recorded_means_no() -> None:
    assert reason(ConsentState()) is Reason.UNKNOWN_RECIPIENT
    assert reason(state_of(invited())) is Reason.NO_GRANT


def test_a_grant_lets_exactly_its_tuple_leave() -> None:
    state = state_of(invited(), permit())
    assert decide(state, ASKED, (NOON, NOON), NOON, TRUSTED).grant == "g1"
    assert state.grants["g1"].tuples == {(HEART, "clinic", "TREAT")}
    for request in (
        replace(ASKED, kind=WEIGHT),
        replace(ASKED, purpose="HRESCH"),
        replace(ASKED, recipient="other"),
        replace(ASKED, person=BEN),
    ):
        assert not decide(state, request, (NOON, NOON), NOON, TRUSTED).permit


def test_a_purpose_that_is_not_on_the_list_is_denied_as_such() -> None:
    state = state_of(invited(), permit())
    assert reason(state, replace(ASKED, purpose="HMARKT")) is Reason.UNKNOWN_PURPOSE


def test_a_recipient_serves_one_person_alone() -> None:
    state = state_of(invited(person=BEN), permit())
    assert reason(state) is Reason.UNKNOWN_RECIPIENT


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(NOON - 1, Reason.NOT_STARTED, id="just before"),
        pytest.param(NOON, Reason.PERMITTED, id="at the start"),
        pytest.param(NOON + HOUR - 1, Reason.PERMITTED, id="the last millisecond"),
        pytest.param(NOON + HOUR, Reason.ENDED, id="at the end it is over"),
    ],
)
def test_the_period_is_half_open_and_tests_the_time_of_sending(now: int, expected: Reason) -> None:
    state = state_of(invited(), permit())
    assert reason(state, measured=(NOON - MINUTE, NOON - MINUTE), now=now) is expected


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        pytest.param((-1, -1), Reason.OUTSIDE_HISTORY, id="just before"),
        pytest.param((0, 0), Reason.PERMITTED, id="at the start"),
        pytest.param((-1, 5), Reason.OUTSIDE_HISTORY, id="begins before"),
        pytest.param((0, MINUTE), Reason.PERMITTED, id="wholly inside, to the end"),
        pytest.param((5, MINUTE + 1), Reason.OUTSIDE_HISTORY, id="ends after"),
        pytest.param((MINUTE - 1, MINUTE - 1), Reason.PERMITTED, id="the last instant"),
        pytest.param((MINUTE, MINUTE), Reason.OUTSIDE_HISTORY, id="at the end it is outside"),
        pytest.param((5, 4), Reason.UNCLEAR_TIME, id="ends before it begins"),
    ],
)
def test_a_measurement_lies_wholly_inside_the_history_window(
    measured: tuple[int, int], expected: Reason
) -> None:
    grant = permit(history_from=NOON, history_to=NOON + MINUTE)
    state = state_of(invited(), grant)
    first, last = (NOON + offset for offset in measured)
    assert reason(state, measured=(first, last), now=NOON + 2 * MINUTE) is expected


def test_what_bears_a_time_more_than_five_minutes_ahead_stays() -> None:
    state = state_of(invited(), permit())
    ahead = NOON + FUTURE_TOLERANCE_MS
    assert reason(state, measured=(ahead, ahead)) is Reason.PERMITTED
    assert reason(state, measured=(ahead + 1, ahead + 1)) is Reason.FUTURE_MEASUREMENT
    assert reason(state, measured=(NOON, ahead + 1)) is Reason.PERMITTED
    assert reason(state, measured=(NOON, ahead + 2)) is Reason.FUTURE_MEASUREMENT


def test_an_unsure_clock_lets_nothing_leave() -> None:
    state = state_of(invited(), permit())
    decision = decide(state, ASKED, (NOON, NOON), NOON, UNTRUSTED)
    assert decision.reason is Reason.CLOCK_UNTRUSTED
    assert windows(state, ADA, HEART, "clinic", NOON, UNTRUSTED) == []


def test_a_clock_behind_the_newest_decision_lets_nothing_leave() -> None:
    state = state_of(invited(), permit(start=NOON - HOUR), when=NOON)
    assert reason(state, now=NOON - 1) is Reason.CLOCK_BEHIND
    assert reason(state, now=NOON) is Reason.PERMITTED


def test_a_withdrawal_under_an_unsure_clock_does_not_stop_time() -> None:
    far = replace(at(NOON + 3650 * DAY, Withdraw("g1", (HEART,))), clock="untrusted")
    state = fold([far], onto=state_of(invited(), permit(), permit("g2", kinds=(WEIGHT,))))
    assert reason(state) is Reason.WITHDRAWN
    assert reason(state, replace(ASKED, kind=WEIGHT)) is Reason.PERMITTED


def test_deny_beats_permit_whatever_came_first() -> None:
    assert reason(state_of(invited(), deny(), permit())) is Reason.DENIED
    assert reason(state_of(invited(), permit(), deny())) is Reason.DENIED
    assert reason(state_of(invited(), permit(), deny(), permit("g2"))) is Reason.DENIED


def test_a_denial_ends_by_its_period_or_when_it_is_lifted() -> None:
    until = NOON + MINUTE
    state = state_of(invited(), permit(), deny(end=until))
    assert reason(state, now=until - 1) is Reason.DENIED
    assert reason(state, now=until) is Reason.PERMITTED
    assert next_change(state, NOON) == until
    assert next_change(state, until) is None
    assert reason(state_of(invited(), permit(), deny(), Lift("d1"))) is Reason.PERMITTED


def test_a_narrow_withdrawal_leaves_the_rest() -> None:
    wide = permit(kinds=(WEIGHT, HEART))
    state = state_of(invited(), wide, Withdraw("g1", (HEART,)))
    assert reason(state) is Reason.WITHDRAWN
    assert reason(state, replace(ASKED, kind=WEIGHT)) is Reason.PERMITTED


def test_a_new_grant_after_a_withdrawal_stands_for_itself() -> None:
    state = state_of(invited(), permit(), Withdraw("g1", (HEART,)), permit("g2", history_from=NOON))
    assert decide(state, ASKED, (NOON, NOON), NOON, TRUSTED).grant == "g2"
    assert reason(state, measured=(NOON - 1, NOON - 1)) is Reason.OUTSIDE_HISTORY


def test_a_material_change_of_terms_ends_what_was_granted() -> None:
    changed = PolicyChanged("clinic", "v2", "v2", sha256("v2"), "material")
    state = state_of(invited(), permit(), changed)
    assert reason(state) is Reason.POLICY_CHANGED
    again = fold([at(NOON, permit("g2", terms=sha256("v2")))], onto=state)
    assert reason(again) is Reason.PERMITTED


def test_an_editorial_change_ends_nothing() -> None:
    changed = PolicyChanged("clinic", "v1a", "v1a", sha256("v1a"), "editorial")
    assert reason(state_of(invited(), permit(), changed)) is Reason.PERMITTED


def test_going_back_to_older_terms_revives_nothing() -> None:
    there = PolicyChanged("clinic", "v2", "v2", sha256("v2"), "material")
    for change in ("material", "editorial"):
        back = PolicyChanged("clinic", "v1", "v1", sha256("v1"), change)
        assert reason(state_of(invited(), permit(), there, back)) is Reason.POLICY_CHANGED


def test_a_suspended_recipient_gets_nothing_until_it_is_confirmed() -> None:
    suspended = state_of(invited(), permit(), RecipientSuspended("clinic", "restored"))
    assert reason(suspended) is Reason.RECIPIENT_SUSPENDED
    assert reason(fold([at(NOON, RecipientConfirmed("clinic"))], onto=suspended)) is (
        Reason.PERMITTED
    )


def test_a_removed_recipient_never_comes_back() -> None:
    removed = state_of(
        invited(), permit(), RecipientRemoved("clinic"), RecipientConfirmed("clinic")
    )
    assert reason(removed) is Reason.UNKNOWN_RECIPIENT


def test_the_room_is_never_shared() -> None:
    state = state_of(invited(), permit(kinds=(ROOM_AIR, HEART)))
    assert reason(state, replace(ASKED, kind=ROOM_AIR)) is Reason.NOT_SHAREABLE
    assert not is_shareable(ROOM_AIR)
    assert not is_shareable("battery_level")
    assert not is_shareable("journal")
    assert ROOM_AIR not in shareable_kinds()
    assert {all_kinds()[kind].about for kind in shareable_kinds()} == {"person"}


def test_windows_end_a_little_ahead_of_now() -> None:
    state = state_of(invited(), permit(grain="hour"))
    assert windows(state, ADA, HEART, "clinic", NOON, TRUSTED) == [
        Window(NOON - HOUR, NOON + FUTURE_TOLERANCE_MS + 1, "hour", "g1", "TREAT")
    ]


def test_the_next_change_is_the_start_of_a_grant_that_is_ahead() -> None:
    state = state_of(invited(), permit())
    assert next_change(state, NOON - HOUR) == NOON
    assert next_change(state, NOON) is None


def test_collecting_needs_permission_a_source_each() -> None:
    state = state_of(Collect("c1", ADA, "ble", NOON, NOON + HOUR))
    assert may_collect(state, ADA, "ble", NOON).grant == "c1"
    assert may_collect(state, ADA, "ble", NOON - DAY).permit  # a clock set back loses nothing
    assert not may_collect(state, ADA, "ble", NOON + HOUR).permit
    assert may_collect(state, ADA, "healthkit", NOON).reason is Reason.NOT_COLLECTED
    assert not may_collect(state, BEN, "ble", NOON).permit
    stopped = fold([at(NOON, StopCollect("c1"))], onto=state)
    assert not may_collect(stopped, ADA, "ble", NOON).permit
    assert may_collect(ConsentState(broken="x"), ADA, "ble", NOON).reason is Reason.LEDGER_BROKEN


def test_two_entries_with_one_name_break_the_state() -> None:
    state = state_of(invited(), permit(), permit(history_from=0))
    assert reason(state) is Reason.LEDGER_BROKEN


def test_every_reason_has_a_sentence_for_people() -> None:
    assert set(SENTENCES) == set(Reason)
    for one in Reason:
        said = sentence(one)
        assert said.endswith(".")
        assert "_" not in said


def test_an_unknown_kind_is_denied_not_an_error() -> None:
    state = state_of(invited(), permit())
    assert reason(state, replace(ASKED, kind=Kind("*"))) is Reason.NOT_SHAREABLE
