"""What must hold whatever happened: by generated histories, and by a second opinion."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.kinds import Kind
from gateway.sharing.consent import PURPOSES, Reason, Request
from gateway.sharing.decision import decide, windows
from gateway.sharing.events import Deny, Permit, RecipientSuspended, Recorded, Withdraw
from gateway.sharing.fold import broken, fold
from tests.consent_histories import KINDS, history, permits, question
from tests.consent_oracle import permitted
from tests.fakes_consent import ADA, HOUR, NOON, TRUSTED, at

randoms = st.integers(0, 2**32).map(Random)


def test_decisions_agree_with_a_second_opinion_on_40000_cases() -> None:
    random, yes = Random(20261201), 0
    for _ in range(1000):
        entries = history(random)
        state = fold(entries)
        for _ in range(40):
            request, measured, now, clock = question(random, entries)
            opinion = permitted(entries, request, measured, now, clock)
            decision = decide(state, request, measured, now, clock)
            assert decision.permit == bool(opinion)
            assert decision.grant in opinion or not opinion
            assert (decision.reason is Reason.PERMITTED) == decision.permit
            yes += decision.permit
    assert yes > 1500  # or the cases would say nothing


@given(randoms)
@settings(max_examples=150, deadline=None)
def test_windows_cover_exactly_what_is_permitted(random: Random) -> None:
    entries = history(random)
    state = fold(entries)
    for _ in range(20):
        request, (first, last), now, clock = question(random, entries)
        found = windows(state, request.person, request.kind, request.recipient, now, clock)
        covered = any(
            window.covers(first, last) and window.purpose == request.purpose for window in found
        )
        assert covered == decide(state, request, (first, last), now, clock).permit


@given(randoms)
@settings(max_examples=150, deadline=None)
def test_after_a_withdrawal_its_grant_never_permits_those_kinds_again(random: Random) -> None:
    entries = history(random)
    for place, entry in enumerate(entries):
        if not isinstance(entry.event, Withdraw):
            continue
        for end in range(place + 1, len(entries) + 1):
            state = fold(entries[:end])
            for _ in range(10):
                request, measured, now, clock = question(random, entries)
                decision = decide(state, request, measured, now, clock)
                taken_back = decision.grant == entry.event.grant
                assert not (taken_back and request.kind in entry.event.kinds)


@given(randoms)
@settings(max_examples=150, deadline=None)
def test_what_closes_never_opens(random: Random) -> None:
    entries = history(random)
    newest = max(entry.at for entry in entries)
    everything, heart = tuple(sorted(KINDS)), KINDS[:1]
    closing: list[Deny | Withdraw | RecipientSuspended] = [
        Deny("new", ADA, "clinic", tuple(sorted(PURPOSES)), everything, NOON - HOUR, None),
        Deny("new", ADA, "study", ("TREAT",), heart, NOON, NOON + HOUR),
        Withdraw("g1", everything),
        RecipientSuspended("clinic", "why"),
    ]
    place = random.randint(0, len(entries))
    without = fold(entries)
    more = [*entries[:place], at(newest, random.choice(closing)), *entries[place:]]
    with_it = fold(more)
    for _ in range(20):
        request, measured, now, clock = question(random, entries)
        if decide(with_it, request, measured, now, clock).permit:
            assert decide(without, request, measured, now, clock).permit


@given(randoms)
@settings(max_examples=150, deadline=None)
def test_a_permit_names_its_grant_and_the_grant_names_all_of_it(random: Random) -> None:
    entries = history(random)
    given_by = permits(entries)
    state = fold(entries)
    for _ in range(30):
        request, (first, last), now, clock = question(random, entries)
        decision = decide(state, request, (first, last), now, clock)
        if not decision.permit:
            assert decision.grant == ""
            continue
        grant = given_by[decision.grant]
        assert request.kind in grant.kinds
        assert (grant.person, grant.recipient) == (request.person, request.recipient)
        assert grant.purpose == request.purpose
        assert grant.start <= now < grant.end
        assert grant.history_from <= first <= last <= grant.history_to
        assert first < grant.history_to


@given(randoms)
@settings(max_examples=150, deadline=None)
def test_without_a_permit_event_nothing_is_permitted(random: Random) -> None:
    entries = history(random)
    state = fold(entry for entry in entries if not isinstance(entry.event, Permit))
    for _ in range(20):
        request, measured, now, clock = question(random, entries)
        assert not decide(state, request, measured, now, clock).permit


@given(randoms)
@settings(max_examples=100)
def test_folding_in_two_parts_is_folding_at_once(random: Random) -> None:
    entries = history(random)
    place = random.randint(0, len(entries))
    assert fold(entries[place:], onto=fold(entries[:place])) == fold(entries)


@given(randoms)
@settings(max_examples=60)
def test_a_broken_ledger_permits_nothing(random: Random) -> None:
    entries: list[Recorded] = history(random)
    for state in (broken("it was changed"), fold(entries, onto=broken("it was changed"))):
        request, measured, now, clock = question(random, entries)
        assert decide(state, request, measured, now, clock).reason is Reason.LEDGER_BROKEN
        assert not windows(state, request.person, request.kind, request.recipient, now, clock)


@given(randoms, st.text(max_size=20))
@settings(max_examples=150, deadline=None)
def test_no_word_for_all_is_ever_a_kind_or_a_purpose(random: Random, word: str) -> None:
    entries = history(random)
    state = fold(entries)
    request, measured, now, _ = question(random, entries)
    if word not in KINDS:
        asked = Request(request.person, Kind(word), request.recipient, "TREAT")
        assert not decide(state, asked, measured, now, TRUSTED).permit
    if word not in PURPOSES:
        asked = Request(request.person, request.kind, request.recipient, word)
        assert not decide(state, asked, measured, now, TRUSTED).permit


@pytest.mark.parametrize("word", ["*", "all", "heart", "", "HEART_RATE", "heart_rate "])
def test_such_a_word_is_never_permitted(word: str) -> None:
    random = Random(1)
    for _ in range(50):
        entries = history(random)
        state = fold(entries)
        request, measured, now, _ = question(random, entries)
        asked = Request(request.person, Kind(word), request.recipient, "TREAT")
        assert not decide(state, asked, measured, now, TRUSTED).permit
