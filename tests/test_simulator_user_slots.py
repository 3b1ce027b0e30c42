"""The users of a simulated device, and the control point that opens their slots."""

from __future__ import annotations

import logging

import pytest

from adapters.ble.characteristics import (
    database_change_increment,
    user_control_point,
    user_index,
)
from adapters.ble.record import UNKNOWN_USER
from adapters.simulator.instrument import AttError
from adapters.simulator.user_slots import User, UserSlots

ANNA, BERT = User(slot=1, code=1111), User(slot=3, code=42)


def slots(*, listening: bool = True) -> UserSlots:
    return UserSlots([ANNA, BERT], listening=lambda _uuid: listening)


def ask(users: UserSlots, request: str) -> str:
    (sent,) = users.write(bytes.fromhex(request))
    assert (sent.uuid, sent.confirmed) == (user_control_point.UUID, True)
    return sent.data.hex()


def test_the_right_code_opens_a_slot_until_the_link_is_gone() -> None:
    users = slots()
    assert ask(users, "02032a00") == "200201"
    assert (users.current, users.require()) == (3, 3)
    assert users.read(user_index.UUID) == b"\x03"
    assert users.read(database_change_increment.UUID).hex() == "02000000"
    users.disconnected()
    assert users.current == UNKNOWN_USER
    assert users.read(user_index.UUID) == b"\xff"


def test_without_consent_nothing_of_a_user_is_told() -> None:
    users = slots()
    for look in (users.require, lambda: users.read(database_change_increment.UUID)):
        with pytest.raises(AttError) as refused:
            look()
        assert refused.value.code == 0x80


def test_after_too_many_wrong_codes_even_the_right_one_fails() -> None:
    users = slots()
    assert [ask(users, "02030000") for _ in range(3)] == ["200205"] * 3
    assert ask(users, "02032a00") == "200204"
    assert ask(users, "02015704") == "200201", "the other slot can still be opened"
    users.disconnected()
    assert ask(users, "02032a00") == "200201"


def test_a_wrong_code_closes_what_was_open() -> None:
    users = slots()
    ask(users, "02015704")
    ask(users, "02010000")
    assert users.current == UNKNOWN_USER


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        pytest.param("02090000", "200203", id="a slot that is not there"),
        pytest.param("0203", "200203", id="a request cut short"),
        pytest.param("02030f27ff", "200203", id="a byte too many"),
        pytest.param("011027", "200103", id="a code of five digits"),
        pytest.param("04", "20040102", id="how many users"),
        pytest.param("09", "200902", id="an op that nobody knows"),
        pytest.param("20", "202002", id="an answer is no question"),
    ],
)
def test_requests_are_answered_as_the_service_says(request_: str, answer: str) -> None:
    assert ask(slots(), request_) == answer


def test_a_new_user_gets_the_first_free_slot_until_there_is_none() -> None:
    users = slots()
    assert ask(users, "010100") == "20010102"
    assert ask(users, "010200") == "20010104"
    assert ask(users, "010300") == "200104"
    assert users.known == (1, 2, 3, 4)
    assert ask(users, "02020100") == "200201"


@pytest.mark.parametrize("request_", ["03", "0501"])
def test_nobody_is_deleted_and_who_asked_is_remembered(
    request_: str, caplog: pytest.LogCaptureFixture
) -> None:
    users = slots()
    with caplog.at_level(logging.WARNING):
        assert ask(users, request_) == f"20{request_[:2]}02"
    assert users.deletions == [bytes.fromhex(request_)]
    assert users.known == (1, 3)
    assert request_ in caplog.text


def test_who_cannot_hear_the_answer_may_not_ask() -> None:
    with pytest.raises(AttError) as refused:
        slots(listening=False).write(bytes.fromhex("04"))
    assert refused.value.code == 0xFD
    with pytest.raises(AttError):
        slots().write(b"")
