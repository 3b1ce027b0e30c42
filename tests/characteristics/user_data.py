"""User Data Service: control point, user index and change increment."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.ble.characteristics.database_change_increment import DatabaseChangeIncrement
from adapters.ble.characteristics.user_control_point import (
    HIGHEST_CODE,
    Answer,
    Op,
    UserControlPoint,
)
from adapters.ble.characteristics.user_index import UserIndex
from tests.characteristics import Case, Vector
from tests.characteristics.medical import uint8, uint32

_UDS = "field by field: User Data Service 1.1, 3.2: {}"
_SYNC = "KristianP26/ble-scale-sync, tests/scales/beurer-bf720.test.ts"
_PARSER = "eisaev/blevalueparser, tests/userindextest.cpp"

_code = st.integers(0, HIGHEST_CODE)
_failed = st.sampled_from([one for one in Answer if one is not Answer.SUCCESS])

CASES = (
    Case(
        "user control point",
        UserControlPoint,
        st.one_of(
            st.builds(UserControlPoint.register, _code),
            st.builds(UserControlPoint.consent, uint8, _code),
            st.sampled_from([UserControlPoint(Op.DELETE_DATA), UserControlPoint(Op.LIST_USERS)]),
            st.builds(UserControlPoint, st.just(Op.DELETE_USER), uint8),
            st.builds(UserControlPoint.answer, uint8, _failed),
            st.builds(
                UserControlPoint.answer,
                st.sampled_from([Op.REGISTER, Op.DELETE_USER]),
                st.just(Answer.SUCCESS),
                user=uint8,
            ),
            st.builds(
                UserControlPoint.answer,
                st.just(Op.LIST_USERS),
                st.just(Answer.SUCCESS),
                users=uint8,
            ),
            st.just(UserControlPoint.answer(Op.CONSENT, Answer.SUCCESS)),
        ),
        (
            Vector("0201a80e", UserControlPoint.consent(1, 3752), f"{_SYNC}: consent code 3752"),
            Vector("200201", UserControlPoint.answer(Op.CONSENT, Answer.SUCCESS), _SYNC),
            Vector("200205", UserControlPoint.answer(Op.CONSENT, Answer.NOT_AUTHORIZED), _SYNC),
            Vector("012a20", UserControlPoint.register(8234), _UDS.format("register new user")),
            Vector(
                "2001017b",
                UserControlPoint.answer(Op.REGISTER, Answer.SUCCESS, user=123),
                _UDS.format("a new user's index is told"),
            ),
            Vector(
                "20040105",
                UserControlPoint.answer(Op.LIST_USERS, Answer.SUCCESS, users=5),
                _UDS.format("the number of users is told"),
            ),
        ),
    ),
    Case(
        "user index",
        UserIndex,
        st.builds(UserIndex, uint8),
        (Vector("2a", UserIndex(42), _PARSER), Vector("ff", UserIndex(255), _PARSER)),
    ),
    Case(
        "database change increment",
        DatabaseChangeIncrement,
        st.builds(DatabaseChangeIncrement, uint32),
        (
            Vector(
                "01000000",
                DatabaseChangeIncrement(1),
                "RonanB96/bluetooth-sig-python, "
                "tests/gatt/characteristics/test_database_change_increment.py",
            ),
            Vector(
                "02010000",
                DatabaseChangeIncrement(258),
                "field by field: GATT Specification Supplement, Database Change Increment: uint32",
            ),
        ),
    ),
)
