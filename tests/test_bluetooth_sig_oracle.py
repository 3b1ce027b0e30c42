"""`bluetooth_sig` as a judge of all that is made of integers, and where it is wrong itself."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any, Final

import pytest
from bluetooth_sig.gatt.characteristics.cgm_measurement import _decode_single_record
from bluetooth_sig.gatt.exceptions import CharacteristicParseError
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from adapters.ble.characteristics.cgm_measurement import CgmMeasurement
from adapters.errors import DecodeError
from tests import characteristics
from tests.oracle import Judged, agrees, every, part, read, same
from tests.oracle.mistake import REFUSED, Wrong
from tests.oracle.page import PAGE, made, sources
from tests.oracle.wrong import ENDLESS, UNCOMPARED, UNJUDGED, UNREAD, WRONG, Unread

CASES = {case.name: case for case in characteristics.every()}

FORMS: Final = {"narrow", "wide"}
"""Fields that say in which of two forms a packet came, and nothing of what it means."""


def drawn(made: st.SearchStrategy[Any], count: int) -> list[Any]:
    """So many packets, the same in every run."""
    many: list[Any] = []

    @settings(max_examples=count, derandomize=True, database=None, phases=[Phase.generate])
    @given(made)
    def take(one: Any) -> None:
        many.append(one)

    take()
    return many


def changed(data: bytes) -> Iterator[bytes]:
    """The same with another byte in one place; never 0, since they never come to an end over a
    record of continuous glucose whose size is 0."""
    for place in range(len(data)):
        for bit in range(8):
            if other := data[place] ^ 1 << bit:
                yield data[:place] + bytes([other]) + data[place + 1 :]


@pytest.mark.parametrize("one", every(), ids=lambda one: one.case)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_the_judge_reads_what_we_wrote(one: Judged, data: st.DataObject) -> None:
    ours = data.draw(CASES[one.case].made)
    assume(not one.not_by(ours))
    assert one.agrees(ours)


@pytest.mark.parametrize("one", every(), ids=lambda one: one.case)
def test_the_judge_reads_packets_from_elsewhere_as_we_do(one: Judged) -> None:
    for vector in CASES[one.case].vectors:
        ours = CASES[one.case].value.from_bytes(bytes.fromhex(vector.hex))
        if vector.canonical and not one.not_by(ours):
            assert one.agrees(ours)


@pytest.mark.parametrize("one", every(), ids=lambda one: one.case)
def test_the_judge_can_say_no(one: Judged) -> None:
    """A packet that says something else in one byte is not what was meant."""
    said_no = 0
    for vector in CASES[one.case].vectors:
        if one.not_by(vector.means):
            continue
        right = one.put(vector.means)
        for other in changed(bytes(right)):
            try:
                said_no += not agrees(read(one.by, one.head + other), one.says(right))
            except CharacteristicParseError:
                said_no += 1
    assert said_no


@pytest.mark.parametrize("one", every(), ids=lambda one: one.case)
def test_every_field_is_judged_or_has_its_reason(one: Judged) -> None:
    """It is judged if another number in it makes what the judge must say another thing."""
    case = CASES[one.case]
    value: Any = case.value
    left = {field.name for field in dataclasses.fields(value)} - set(one.apart) - FORMS
    many = [vector.means for vector in case.vectors] + drawn(case.made, 100)
    left = {name for name in left if len({repr(getattr(other, name)) for other in many}) > 1}
    for ours, other in itertools.pairwise(many):
        left = {name for name in left if not _judges(one, name, ours, other)}
    assert not left


def _judges(one: Judged, name: str, ours: Any, other: Any) -> bool:
    try:
        changed = dataclasses.replace(ours, **{name: getattr(other, name)})
        return bool(one.says(one.put(changed)) != one.says(one.put(ours)))
    except (ValueError, KeyError, IndexError, AttributeError, TypeError):
        return False  # the two do not go together


def test_each_characteristic_is_judged_or_has_its_reason() -> None:
    judged = [one.case for one in every()]
    assert len(set(judged)) == len(judged)
    assert not set(judged) & set(UNCOMPARED)
    assert set(judged) | set(UNCOMPARED) == set(CASES)


def test_each_reason_is_in_a_list() -> None:
    shown = {wrong.key for wrong in WRONG}
    assert set(UNCOMPARED.values()) <= shown
    shown |= {unread.key for unread in UNREAD} | set(UNJUDGED)
    for one in every():
        assert set(one.apart.values()) <= shown
        for vector in CASES[one.case].vectors:
            reason = one.not_by(vector.means)
            assert not reason or reason in shown


def test_each_mistake_is_of_a_characteristic_with_its_document() -> None:
    assert {wrong.name for wrong in WRONG} <= set(sources())


def test_the_judge_never_ends_over_a_record_of_no_size() -> None:
    """It goes on behind a record by the record's size, and reads the same one for ever."""
    assert _decode_single_record(bytearray(ENDLESS), 0)[1] == 0
    with pytest.raises(DecodeError):
        CgmMeasurement.from_bytes(ENDLESS)


@pytest.mark.parametrize("unread", UNREAD, ids=lambda unread: unread.key)
def test_the_judge_still_does_not_read_this(unread: Unread) -> None:
    one, other = bytes.fromhex(unread.one), bytes.fromhex(unread.other)
    assert read(unread.by, one) == read(unread.by, other)
    ours = CASES[unread.case].value
    judged = next(judged for judged in every() if judged.case == unread.case)
    behind = len(judged.head)
    assert ours.from_bytes(one[behind:]) != ours.from_bytes(other[behind:])


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.key)
def test_the_judge_still_makes_this_mistake(wrong: Wrong) -> None:
    """Fails once it is right: then take the entry out of `tests/oracle/wrong.py`."""
    try:
        said = read(wrong.by, bytes.fromhex(wrong.hex))
    except (CharacteristicParseError, ValueError):
        assert wrong.says == REFUSED
        return
    assert wrong.says != REFUSED, f"it reads it now: {said}"
    assert same(part(said, wrong.field), wrong.says)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.key)
def test_we_do_not_make_it(wrong: Wrong) -> None:
    if wrong.means == REFUSED:
        with pytest.raises(DecodeError):
            wrong.ours(bytes.fromhex(wrong.hex))
    else:
        assert wrong.ours(bytes.fromhex(wrong.hex)) == wrong.means


def test_the_page_is_made_from_the_list() -> None:
    assert PAGE.read_text(encoding="utf-8") == made(), "run python -m tests.oracle.page"
