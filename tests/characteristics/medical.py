"""Strategies that several areas share: medical floats, status and plain integers."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from adapters.ble.formats.cuff import Status
from adapters.ble.formats.numbers import FLOAT, SFLOAT, MedicalFloat, MedicalNumber

uint8 = st.integers(0, 0xFF)
uint16 = st.integers(0, 0xFFFF)
uint32 = st.integers(0, 0xFFFFFFFF)

CASES = ()


def _numbers(of: MedicalFloat, bits: int) -> st.SearchStrategy[MedicalNumber]:
    return st.integers(0, (1 << bits) - 1).map(of.decode).filter(lambda one: _goes_back(of, one))


def _goes_back(of: MedicalFloat, number: MedicalNumber) -> bool:
    return not isinstance(number, Decimal) or of.decode(of.encode(number)) == number


sfloat = _numbers(SFLOAT, 16)
float32 = _numbers(FLOAT, 32)
status = st.integers(0, 0x3F).map(Status)
