"""What holds for every characteristic: strict to the last byte, there and back, never surprised."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import DecodeError
from tests.ble_packets import ALL, Characteristic, packet

every = pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)


def take(one: Characteristic, data: bytes) -> None:
    """Decode to the readings; nothing but a DecodeError with its facts may come instead."""
    refused = None
    try:
        if one.readings is None:
            one.decode(data)
        else:
            list(one.readings(packet(data)))
    except DecodeError as error:
        refused = error
    if refused is not None:
        assert refused.data == data
        assert 0 <= refused.offset <= len(data)


@every
def test_a_packet_cut_short_is_refused(one: Characteristic) -> None:
    for example in map(bytes.fromhex, one.examples):
        for length in set(range(len(example))) - one.shorter(example):
            with pytest.raises(DecodeError):
                one.decode(example[:length])


@every
def test_a_byte_too_many_is_refused(one: Characteristic) -> None:
    for example in map(bytes.fromhex, one.examples):
        if one.longer:
            continue
        with pytest.raises(DecodeError):
            one.decode(example + b"\0")


@every
def test_all_packets_of_up_to_two_bytes_decode_or_are_refused(one: Characteristic) -> None:
    take(one, b"")
    for first in range(256):
        take(one, bytes([first]))
        for second in range(256):
            take(one, bytes([first, second]))


@every
def test_damaged_packets_decode_or_are_refused(one: Characteristic) -> None:
    """Flipped, cut, doubled and overwritten bytes of packets that were right."""
    chance = random.Random(one.name)
    examples = [bytes.fromhex(example) for example in one.examples]
    for _ in range(3000):
        data = bytearray(chance.choice(examples))
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(data) + 1)
            match chance.randrange(4):
                case 0 if place < len(data):
                    data[place] ^= 1 << chance.randrange(8)
                case 1:
                    del data[place:]
                case 2:
                    data[place:place] = data[:place]
                case _:
                    data[place:place] = chance.randbytes(chance.randint(1, 3))
        take(one, bytes(data))


@every
@settings(max_examples=60)
@given(data=st.data())
def test_what_was_written_is_read_again(one: Characteristic, data: st.DataObject) -> None:
    measured = data.draw(one.made)
    assert one.decode(bytes(measured)) == measured
