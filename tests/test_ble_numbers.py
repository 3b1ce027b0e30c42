"""The medical floats, judged by a table that was worked out another way."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ble.formats.numbers import FLOAT, SFLOAT, MedicalFloat, Special
from adapters.reading import Absence

SFLOAT_WORDS = {
    0x07FE: Special.PLUS_INFINITY,
    0x07FF: Special.NAN,
    0x0800: Special.NRES,
    0x0801: Special.RESERVED,
    0x0802: Special.MINUS_INFINITY,
}
"""IEEE 11073-20601, Annex F; the same five in Bluetooth SIG, PHD Transcoding White Paper."""


def by_hand(code: int) -> tuple[Fraction, int]:
    """Value and exponent of a code, by bits and fractions alone."""
    bits = f"{code:016b}"
    mantissa = sum(int(bit) << (11 - place) for place, bit in enumerate(bits[4:]))
    if bits[4] == "1":
        mantissa -= 4096
    exponent = {f"{n & 0xF:04b}": n for n in range(-8, 8)}[bits[:4]]
    return Fraction(mantissa) * Fraction(10) ** exponent, exponent


def test_every_sfloat_code_is_the_number_it_should_be() -> None:
    wrong = []
    for code in range(0x10000):
        number = SFLOAT.decode(code)
        if code in SFLOAT_WORDS:
            right = number is SFLOAT_WORDS[code]
        else:
            value, exponent = by_hand(code)
            right = (
                isinstance(number, Decimal)
                and Fraction(number) == value
                and number.as_tuple().exponent == exponent
            )
        if not right:
            wrong.append(code)
    assert wrong == []


def test_every_sfloat_code_comes_back_as_it_was() -> None:
    assert [c for c in range(0x10000) if SFLOAT.encode(SFLOAT.decode(c)) != c] == []


@given(st.integers(0, 0xFFFFFFFF))
def test_float_codes_come_back_as_they_were(code: int) -> None:
    assert FLOAT.encode(FLOAT.decode(code)) == code


@pytest.mark.parametrize(
    ("type_", "code", "number"),
    [
        pytest.param(SFLOAT, 0x008A, "138", id="Nordic blood pressure test: systolic"),
        pytest.param(SFLOAT, 0xF0BD, "18.9", id="Nordic blood pressure test: systolic in kPa"),
        pytest.param(SFLOAT, 0xF09F, "15.9", id="Nordic blood pressure test: mean in kPa"),
        pytest.param(FLOAT, 0xFE000EB0, "37.60", id="Nordic temperature test"),
        pytest.param(SFLOAT, 0x0072, "114", id="SIG PHD Transcoding White Paper: 0x0072"),
        pytest.param(SFLOAT, 0xF4B0, "120.0", id="digits are kept"),
        pytest.param(FLOAT, 0xFF00016C, "36.4", id="SIG PHD Transcoding White Paper: temperature"),
        pytest.param(SFLOAT, 0x8322, "0.00000802", id="7 ppm of carbon monoxide in kg/m³"),
        pytest.param(SFLOAT, 0x0FFF, "-1", id="below zero"),
    ],
)
def test_numbers_from_elsewhere(type_: MedicalFloat, code: int, number: str) -> None:
    """Nordic: Android-BLE-Common-Library, unit tests of bps and ht (BSD-3), facts only."""
    assert str(f"{type_.decode(code):f}") == number
    assert type_.encode(Decimal(number)) == code


@pytest.mark.parametrize(
    ("code", "absence"),
    [
        (0x007FFFFF, Absence.NOT_A_NUMBER),
        (0x00800000, Absence.ERROR),
        (0x007FFFFE, Absence.POSITIVE_INFINITY),
        (0x00800002, Absence.NEGATIVE_INFINITY),
        (0x00800001, Absence.ERROR),
    ],
)
def test_the_words_of_float(code: int, absence: Absence) -> None:
    said = FLOAT.decode(code)
    assert isinstance(said, Special)
    assert said.absence is absence


@pytest.mark.parametrize(
    ("number", "nearest"),
    [
        ("0.000008015", "0.00000802"),
        ("2044.6", "2045"),
        ("2046", "2050"),
        ("2047", "2050"),
        ("0.000000001", "0.00000000"),
        ("19999999999", "20000000000"),
        ("-36.66", "-36.7"),
        ("0", "0"),
    ],
)
def test_the_nearest_number_that_fits(number: str, nearest: str) -> None:
    assert f"{SFLOAT.nearest(Decimal(number)):f}" == nearest


@given(st.decimals(min_value=-20_000_000_000, max_value=20_000_000_000, allow_nan=False))
def test_the_nearest_is_within_half_a_step(number: Decimal) -> None:
    near = SFLOAT.nearest(number)
    assert SFLOAT.decode(SFLOAT.encode(near)) == near
    assert abs(near - number) <= max(abs(number) / 400, Decimal("5E-9")), "one rounding, not two"


@pytest.mark.parametrize("number", ["2047", "-2048", "1E12", "1E-9", "123456", "NaN", "Infinity"])
def test_what_does_not_fit_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match=r"fit|read as|Special"):
        SFLOAT.encode(Decimal(number))


def test_what_is_too_large_has_no_nearest() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        SFLOAT.nearest(Decimal("1E12"))
