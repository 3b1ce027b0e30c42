"""Whatever a device answers: nothing but counts, reports and aborts is ever asked of it."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakGATTProtocolError
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ble import record_procedure
from adapters.ble.characteristics import glucose_measurement
from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.record_access_control_point import Op
from adapters.ble.paired import RadioSettings
from adapters.ble.record_access import RecordAccess
from adapters.ble.record_procedure import RecordProcedure
from adapters.ble.talk import Talk

PACKAGE = Path(record_procedure.__file__).parent
ACCESS = RecordAccess(racp.UUID, glucose_measurement.UUID, glucose_measurement.number)
HARMLESS = {Op.REPORT, Op.COUNT, Op.ABORT}


class Scripted:
    """A connected device that answers each request with the next thing of a list."""

    is_connected = True

    def __init__(self, answers: list[bytes | int]) -> None:
        self.written: list[bytes] = []
        self._answers = answers
        self._tell: Callable[[Any, bytearray], None] | None = None

    async def start_notify(self, _one: object, tell: Callable[[Any, bytearray], None]) -> None:
        self._tell = tell

    async def write_gatt_char(self, _one: object, data: bytes, *, response: bool) -> None:
        assert response
        self.written.append(data)
        answer = self._answers.pop(0) if self._answers else b""
        if isinstance(answer, int):
            raise BleakGATTProtocolError(answer)
        if self._tell is not None:
            self._tell(None, bytearray(answer))


def _answer() -> st.SearchStrategy[bytes | int]:
    response = st.tuples(st.integers(0, 8), st.integers(0, 12)).map(lambda two: bytes([6, 0, *two]))
    count = st.binary(min_size=2, max_size=2).map(lambda count: b"\x05\x00" + count)
    code = st.sampled_from([0x01, 0x03, 0x80, 0x81, 0xFC, 0xFD, 0xFE])
    return response | count | st.binary(max_size=6) | code


@pytest.fixture(autouse=True, scope="module")
def _without_pauses() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_procedure, "_BUSY_PAUSE", 0.0)
        yield


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_answer(), max_size=6),
    st.lists(st.tuples(st.booleans(), st.none() | st.integers(0, 0xFFFF)), min_size=1, max_size=3),
)
def test_nothing_is_ever_deleted(
    answers: list[bytes | int], asked: list[tuple[bool, int | None]]
) -> None:
    client = Scripted(answers)

    async def ask() -> None:
        quick = RadioSettings(record_timeout=0.002)
        talk = Talk(cast(BleakClient, client), quick, asyncio.Event(), lambda *_: None)
        point = cast(BleakGATTCharacteristic, SimpleNamespace(uuid=ACCESS.control))
        procedure = RecordProcedure(talk, point, ACCESS)
        await procedure.open()
        for counting, at_least in asked:
            await (procedure.count if counting else procedure.report)(at_least)

    asyncio.run(ask())
    assert {data[0] for data in client.written} <= HARMLESS


def test_no_other_file_makes_a_request_and_none_names_a_deletion() -> None:
    """The op codes to delete records, data or users stand where they are decoded, unused."""
    for path in PACKAGE.rglob("*.py"):
        if path.parent.name == "characteristics":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith(("DELETE", "REGISTER")), path
