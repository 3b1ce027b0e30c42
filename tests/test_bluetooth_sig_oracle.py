"""`bluetooth_sig` as a judge of all that is made of integers, and where it is wrong itself."""

from __future__ import annotations

from operator import attrgetter

import pytest
from bluetooth_sig.gatt.exceptions import CharacteristicParseError
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from adapters.errors import DecodeError
from tests import characteristics
from tests.oracle import Judged, agrees, every, read, same
from tests.oracle.page import PAGE, made
from tests.oracle.wrong import REFUSED, UNJUDGED, WRONG, Wrong

CASES = {case.name: case for case in characteristics.every()}


@pytest.mark.parametrize("one", every(), ids=lambda one: one.case)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_the_judge_reads_what_we_wrote(one: Judged, data: st.DataObject) -> None:
    ours = data.draw(CASES[one.case].made)
    assume(not one.not_by(ours))
    assert agrees(read(one.by, bytes(ours)), one.says(ours))


@pytest.mark.parametrize("one", every(), ids=lambda one: one.case)
def test_the_judge_reads_packets_from_elsewhere_as_we_do(one: Judged) -> None:
    for vector in CASES[one.case].vectors:
        ours = CASES[one.case].value.from_bytes(bytes.fromhex(vector.hex))
        if vector.canonical and not one.not_by(ours):
            assert agrees(read(one.by, bytes.fromhex(vector.hex)), one.says(ours))


def test_what_is_left_out_is_in_the_list() -> None:
    keys = {wrong.key for wrong in WRONG} | set(UNJUDGED)
    for one in every():
        for vector in CASES[one.case].vectors:
            reason = one.not_by(vector.means)
            assert not reason or reason in keys


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.key)
def test_the_judge_still_makes_this_mistake(wrong: Wrong) -> None:
    """Fails once it is right: then take the entry out of `tests/oracle/wrong.py`."""
    try:
        said = read(wrong.by, bytes.fromhex(wrong.hex))
    except CharacteristicParseError:
        assert wrong.says == REFUSED
        return
    assert wrong.says != REFUSED, f"it reads it now: {said}"
    value = attrgetter(wrong.field)(said) if wrong.field else said
    assert same(value, wrong.says)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.key)
def test_we_do_not_make_it(wrong: Wrong) -> None:
    if wrong.means == REFUSED:
        with pytest.raises(DecodeError):
            wrong.ours(bytes.fromhex(wrong.hex))
    else:
        assert wrong.ours(bytes.fromhex(wrong.hex)) == wrong.means


def test_the_page_is_made_from_the_list() -> None:
    assert PAGE.read_text(encoding="utf-8") == made(), "run python -m tests.oracle.page"
