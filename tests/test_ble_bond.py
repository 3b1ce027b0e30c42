"""What speaks against a pairing, and how often it must."""

from __future__ import annotations

import pytest
from bleak.exc import BleakDBusError, BleakError, BleakGATTProtocolError

from adapters.ble.bond import Bond


def refusal(code: int) -> BleakGATTProtocolError:
    return BleakGATTProtocolError(code)


def wrapped(error: Exception) -> BleakError:
    outer = BleakError("nine attempts failed")
    outer.__cause__ = error
    return outer


@pytest.mark.parametrize(
    ("error", "links", "why"),
    [
        pytest.param(refusal(0x05), 0, "forgotten", id="insufficient authentication"),
        pytest.param(refusal(0x0F), 0, "forgotten", id="insufficient encryption"),
        pytest.param(
            wrapped(BleakDBusError("org.bluez.Error.AuthenticationFailed", [])),
            0,
            "forgotten",
            id="authentication failed",
        ),
        pytest.param(TimeoutError(), 4, "forgotten", id="links that come and go"),
        pytest.param(TimeoutError(), 3, "", id="a weak signal"),
        pytest.param(
            wrapped(BleakDBusError("org.bluez.Error.Failed", ["br-connection-canceled"])),
            0,
            "",
            id="canceled once",
        ),
        pytest.param(refusal(0x01), 0, "changed", id="a handle that is not there"),
        pytest.param(refusal(0x0E), 0, "", id="any other answer"),
    ],
)
def test_what_speaks_against_a_pairing(error: Exception, links: int, why: str) -> None:
    bond = Bond()
    bond.failed(error, links)
    assert bond.why == "", "once may be chance"
    bond.failed(error, links)
    assert bond.why == why
    bond.held()
    assert bond.why == ""


def test_two_refusals_count_only_in_a_row() -> None:
    bond = Bond()
    for error in (refusal(0x05), OSError(), refusal(0x05)):
        bond.failed(error)
    assert bond.why == ""
