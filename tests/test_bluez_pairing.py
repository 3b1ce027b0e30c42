"""The pairing agent over a real D-Bus: what is asked and answered, and what is said afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest
from dbus_fast import Message, MessageType, Variant

from adapters.ble.asking import NotPaired, Question
from adapters.ble.bluez import agent
from adapters.ble.bluez.pairing import Pairing
from tests.fakes_bluez import SmallBlueZ, private_bus, refusal, small_bluez

CUFF, NEIGHBOUR = "C0:DE:CA:FE:17:01", "E6:11:22:33:44:55"


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with private_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@pytest.fixture
async def bluez(bus: str) -> AsyncIterator[SmallBlueZ]:
    async with small_bluez(bus) as made:
        yield made


@dataclass
class Person:
    """Answers as the test says; None stands for no answer at all."""

    answers: list[str | None] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    taken_back: int = 0

    async def ask(self, question: Question) -> str | None:
        self.asked.append(question)
        try:
            if self.answers:
                return self.answers.pop(0)
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.taken_back += 1
            raise
        return None


def pairs_by_passkey(bluez: SmallBlueZ, device: str, right: int) -> None:
    """Pair() asks the agent for six digits, as bluetoothd does for a device with a display."""

    async def pair(message: Message) -> Message:
        reply = await bluez.ask_agent("RequestPasskey", "o", device)
        if reply.message_type is MessageType.ERROR:
            late = (reply.error_name or "").endswith("Canceled")
            return refusal(message, "AuthenticationCanceled" if late else "AuthenticationFailed")
        if reply.body != [right]:
            return refusal(message, "AuthenticationFailed")
        bluez.bonded(device)
        return Message.new_method_return(message)

    bluez.answers["Pair"] = pair


def fails(bluez: SmallBlueZ, name: str) -> None:
    async def pair(message: Message) -> Message:
        return refusal(message, name)

    bluez.answers["Pair"] = pair


async def test_six_digits_are_asked_for_and_told_to_the_device(bus: str, bluez: SmallBlueZ) -> None:
    device, person = bluez.device(CUFF), Person(["012 345"])
    pairs_by_passkey(bluez, device, 12345)
    async with Pairing(bus=bus).meeting(CUFF, "Cuff", person) as meeting:
        assert bluez.is_default, "what the device begins by itself is answered too"
        assert not await meeting.is_paired()
        assert await meeting.pair() == CUFF
        assert await meeting.is_paired()
        assert meeting.was_asked
    assert person.asked == [Question("type", "Cuff")]
    assert bluez.agent is None, "a desktop's own agent answers again"


async def test_wrong_digits_are_told_from_a_refusal(bus: str, bluez: SmallBlueZ) -> None:
    device = bluez.device(CUFF)
    pairs_by_passkey(bluez, device, 123456)
    async with Pairing(bus=bus).meeting(CUFF, "Cuff", Person(["654321"])) as meeting:
        with pytest.raises(NotPaired, match="were not those") as failed:
            await meeting.pair()
    assert failed.value.reason == "wrong digits"
    assert "type the digits" in failed.value.next_step
    assert bluez.called[-3:-1] == [("CancelPairing", device), ("Disconnect", device)]


async def test_an_answer_that_does_not_come_in_time_is_said(
    bus: str, bluez: SmallBlueZ, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, person = bluez.device(CUFF), Person()
    pairs_by_passkey(bluez, device, 123456)
    monkeypatch.setattr(agent, "ANSWER_WITHIN", 0.05)
    async with Pairing(bus=bus).meeting(CUFF, "Cuff", person) as meeting:
        with pytest.raises(NotPaired, match="in time") as failed:
            await meeting.pair()
    assert failed.value.reason == "late"
    assert person.taken_back == 1


@pytest.mark.parametrize("told", [None, "", "12345", "abcdef", "١٢٣٤٥٦"])
async def test_who_gives_up_or_types_no_digits_pairs_nothing(
    bus: str, bluez: SmallBlueZ, told: str | None
) -> None:
    pairs_by_passkey(bluez, bluez.device(CUFF), 123456)
    async with Pairing(bus=bus).meeting(CUFF, "Cuff", Person([told])) as meeting:
        with pytest.raises(NotPaired) as failed:
            await meeting.pair()
    assert failed.value.reason == "refused here"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("AuthenticationFailed", "refused"),
        ("AuthenticationRejected", "refused"),
        ("ConnectionAttemptFailed", "gone"),
    ],
)
async def test_a_device_that_does_not_want_is_explained(
    bus: str, bluez: SmallBlueZ, name: str, reason: str
) -> None:
    bluez.device(CUFF)
    fails(bluez, name)
    async with Pairing(bus=bus).meeting(CUFF, "Cuff", Person()) as meeting:
        with pytest.raises(NotPaired) as failed:
            await meeting.pair()
    assert failed.value.reason == reason
    assert "remove it there first" in failed.value.next_step


async def test_what_is_paired_already_is_well(bus: str, bluez: SmallBlueZ) -> None:
    bluez.device(CUFF)
    fails(bluez, "AlreadyExists")
    async with Pairing(bus=bus).meeting(CUFF, "Cuff", Person()) as meeting:
        assert await meeting.pair() == CUFF


async def test_a_device_that_bluez_does_not_know_is_gone(bus: str, bluez: SmallBlueZ) -> None:
    async with Pairing(bus=bus).meeting(CUFF, "Cuff", Person()) as meeting:
        with pytest.raises(NotPaired) as failed:
            await meeting.pair()
    assert failed.value.reason == "gone"


async def test_numbers_are_compared_by_the_person(bus: str, bluez: SmallBlueZ) -> None:
    device, person = bluez.device(CUFF), Person(["yes", "no"])
    async with Pairing(bus=bus).meeting(CUFF, "Cuff", person) as meeting:
        assert await meeting.is_paired() is False
        same = await bluez.ask_agent("RequestConfirmation", "ou", device, 7)
        other = await bluez.ask_agent("RequestConfirmation", "ou", device, 8)
    assert [one.digits for one in person.asked] == ["000007", "000008"]
    assert same.message_type is MessageType.METHOD_RETURN
    assert other.error_name == "org.bluez.Error.Rejected"


async def test_digits_are_shown_once_until_they_are_typed(bus: str, bluez: SmallBlueZ) -> None:
    device, person = bluez.device(CUFF), Person()
    async with Pairing(bus=bus).meeting(CUFF, "Cuff", person) as meeting:
        await meeting.is_paired()
        for entered in range(3):
            await bluez.ask_agent("DisplayPasskey", "ouq", device, 4711, entered)
        await bluez.ask_agent("Cancel", "")
    assert [(one.sort, one.digits) for one in person.asked] == [("show", "004711")]
    assert person.taken_back == 1


async def test_nobody_else_may_pair_meanwhile(bus: str, bluez: SmallBlueZ) -> None:
    bluez.device(CUFF)
    stranger, person = bluez.device(NEIGHBOUR), Person(["123456", "yes"])
    asks = {
        "RequestPasskey": ("o", stranger),
        "RequestConfirmation": ("ou", stranger, 123456),
        "DisplayPasskey": ("ouq", stranger, 123456, 0),
        "RequestAuthorization": ("o", stranger),
        "AuthorizeService": ("os", stranger, "180d"),
        "RequestPinCode": ("o", stranger),
        "DisplayPinCode": ("os", stranger, "1234"),
    }
    async with Pairing(bus=bus).meeting(CUFF, "Cuff", person) as meeting:
        await meeting.is_paired()
        for member, (signature, *body) in asks.items():
            reply = await bluez.ask_agent(member, signature, *body)
            assert reply.error_name == "org.bluez.Error.Rejected", member
        mine = await bluez.ask_agent("RequestAuthorization", "o", bluez.device(CUFF))
        assert mine.message_type is MessageType.METHOD_RETURN
    assert person.asked == []


async def test_a_private_address_gives_way_to_the_lasting_one(bus: str, bluez: SmallBlueZ) -> None:
    device = bluez.device(CUFF)

    async def pair(message: Message) -> Message:
        bluez.bonded(device)
        bluez.objects[device]["org.bluez.Device1"]["Address"] = Variant("s", NEIGHBOUR)
        return Message.new_method_return(message)

    bluez.answers["Pair"] = pair
    async with Pairing(bus=bus).meeting(CUFF, "Cuff", Person()) as meeting:
        assert await meeting.pair() == NEIGHBOUR


async def test_without_bluez_the_next_step_is_said(bus: str) -> None:
    with pytest.raises(NotPaired) as failed:
        async with Pairing(bus=bus).meeting(CUFF, "Cuff", Person()):
            pass
    assert failed.value.reason == "no answer"
    assert "systemctl" in failed.value.next_step
