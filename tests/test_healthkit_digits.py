"""Dates and numbers by the thousand are those that are read one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.errors import ReadingRefused
from adapters.healthkit import digits
from adapters.healthkit.times import Calendar
from adapters.units import Conversion

OFFSETS = (-720, -210, -60, -30, 0, 60, 345, 840)

USUAL = "2026-01-15 22:56:09 +0100"
YEARS = st.sampled_from([1, 1899, 1900, 1901, 1999, 2000, 2023, 2024, 2100, 2199, 2200, 9999])
DATES = st.builds(
    "{:04}-{:02}-{:02} {:02}:{:02}:{:02} {}".format,
    YEARS,
    st.integers(0, 13),
    st.sampled_from([0, 1, 15, 28, 29, 30, 31, 32]),
    st.sampled_from([0, 12, 23, 24, 99]),
    st.sampled_from([0, 59, 60, 99]),
    st.sampled_from([0, 59, 60, 99]),
    st.sampled_from(
        ["+0000", "-0000", "+0100", "-0330", "-0060", "+0060", "+2400", "+1400", "-1200", "+0545"]
    )
    | st.sampled_from(["*0100", " 0100", ",0100", "+0160", "+1500", "-0030", "/0000", "+9999"]),
).map(str.encode)
ODD = st.sampled_from(
    sorted({*b'0/:9 -+"<&T,.', 0, 9, 10, 0x1A, 0x3F, 0x7F, 0x80, 0x8A, 0xB0, 0xFF})
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A date, nearly: a few of its bytes are others."""
    date = bytearray(draw(DATES | st.just(USUAL.encode())))
    for at, byte in draw(st.lists(st.tuples(st.integers(0, 24), ODD), max_size=2)):
        date[at] = byte
    return bytes(date)


def row(created: bytes, start: bytes, end: bytes) -> bytes:
    text = b' creationDate="%b" startDate="%b" endDate="%b" value="' % (created, start, end)
    return text.rjust(digits.WIDTH, b"?")


def alone(date: bytes) -> int | None:
    try:
        return Calendar().instant(date.decode("latin-1"))
    except ReadingRefused:
        return None


def offset_of(date: bytes) -> int:
    hours, minutes = int(date[-4:-2]), int(date[-2:])
    return (hours * 60 + minutes) * (-1 if date[-5:-4] == b"-" else 1)


def expected(dates: Sequence[bytes], offsets: Sequence[int]) -> tuple[int, ...] | None:
    """The three instants, where the exact path reads all; None where they are left to it."""
    found = tuple(alone(date) for date in dates)
    read = tuple(at for at in found if at is not None)
    if len(read) < 3 or read[2] < read[1]:
        return None
    if any(offset_of(date) not in offsets or not b"1900" <= date[:4] < b"2200" for date in dates):
        return None
    return read


def assert_as_alone(rows: Sequence[tuple[bytes, bytes, bytes]], offsets: Sequence[int]) -> None:
    text = b"".join(row(*dates) for dates in rows)
    found = digits.dates(np.frombuffer(text, np.uint8).reshape(-1, digits.WIDTH), offsets)
    columns = (found.created.tolist(), found.starts.tolist(), found.ends.tolist())
    told = [
        each if read else None
        for read, each in zip(found.read.tolist(), zip(*columns, strict=True), strict=True)
    ]
    assert told == [expected(dates, offsets) for dates in rows]


@given(
    st.lists(st.tuples(mutated(), mutated(), mutated()), max_size=40),
    st.lists(st.sampled_from(OFFSETS), max_size=4, unique=True),
)
def test_any_dates_are_read_as_one_by_one_or_left(
    rows: list[tuple[bytes, bytes, bytes]], offsets: list[int]
) -> None:
    assert_as_alone(rows, offsets)


@given(mutated(), st.integers(1, 20))
@example(b"2026-01-15 22:56:09 +2400", 3)
@example(b"2026-01-15 22:56:09 -0060", 3)
@example(b"2026-01-15 22:56:09 -0000", 3)
def test_where_all_have_one_offset_it_is_judged_as_ever(date: bytes, count: int) -> None:
    assert_as_alone([(date, date, date)] * count, OFFSETS)


def test_every_byte_in_every_place_of_a_date() -> None:
    usual = USUAL.encode()
    odd = [usual[:at] + bytes([byte]) + usual[at + 1 :] for at in range(25) for byte in range(256)]
    for place in range(3):
        dates = [usual, usual, usual]
        rows = []
        for date in odd:
            dates[place] = date
            rows.append((dates[0], dates[1], dates[2]))
        assert_as_alone(rows, OFFSETS)


def test_every_day_of_every_month_that_is_one() -> None:
    dates = [
        b"%04d-%02d-%02d 12:00:00 +0000" % (year, month, day)
        for year in (1899, 1900, 1904, 2000, 2023, 2024, 2100, 2199, 2200)
        for month in range(100)
        for day in (*range(34), 99)
    ]
    assert_as_alone([(date, date, date) for date in dates], [0])


def test_every_byte_between_the_dates_must_be_the_usual_one() -> None:
    usual = USUAL.encode()
    fine = bytearray(row(usual, usual, usual))
    spans = [range(*found.span()) for found in re.finditer(re.escape(usual), fine)]
    padding = digits.WIDTH - digits.BEFORE_VALUE
    rows, wanted = [], []
    for at in range(digits.WIDTH):
        for byte in {0, 0x20, 0x80, fine[at] ^ 0x80, fine[at] ^ 1, fine[at]}:
            if any(at in span for span in spans):
                continue
            rows.append(bytes(fine[:at]) + bytes([byte]) + bytes(fine[at + 1 :]))
            wanted.append(at < padding or byte == fine[at])
    found = digits.dates(np.frombuffer(b"".join(rows), np.uint8).reshape(-1, digits.WIDTH), [60])
    assert found.read.tolist() == wanted


NUMBERS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.from_regex(r"[0-9]{0,18}[.]?[0-9]{0,6}", fullmatch=True),
    st.text("0129.+-eE,/: \x00٣", max_size=19),
)


@given(st.lists(NUMBERS, min_size=1, max_size=30))
@example(["999999999999999", "0.00000000000001", "00000000000000.1", "1.000000000000"])
@example(
    ["9999999999999999", "0.000000000000001", "0000000000000001", ".", ".5", "5.", "1.2.3", ""]
)
def test_any_numbers_are_read_as_one_by_one_or_left(written: list[str]) -> None:
    texts = [text.encode() for text in written]
    sizes = np.array([len(text) for text in texts], np.int64)
    width = int(min(sizes.max(initial=1), digits.WIDEST))
    rows = b"".join(text[-width:].rjust(width, b"7") if text else b"7" * width for text in texts)
    found = digits.numbers(np.frombuffer(rows, np.uint8).reshape(-1, width), sizes)
    values = digits.values(found.mantissas, found.decimals)
    for at, text in enumerate(written):
        plain = re.fullmatch(r"[0-9]+(\.[0-9]+)?", text, re.ASCII)
        assert bool(found.read[at]) == bool(plain and len(text.replace(".", "")) <= 15)
        if found.read[at]:
            wanted, decimals = Conversion().stored(text)
            assert (repr(values[at]), found.decimals[at]) == (repr(wanted), decimals)
