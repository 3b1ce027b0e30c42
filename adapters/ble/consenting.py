"""Consent to the slots of a device that tells its users apart: each is opened by its code.

No slot is ever registered, emptied or removed by us: people do that at the device.

Source: Bluetooth SIG, User Data Service 1.1, 3.2.2 (Consent: one request a user on each link;
after too many wrong codes a device may refuse all); User Data Profile 1.0.
"""

from __future__ import annotations

from collections.abc import MutableSet
from typing import Final

from adapters.ble.characteristics import user_control_point
from adapters.ble.characteristics.user_control_point import Answer, Op, UserControlPoint
from adapters.ble.control_point import ControlPoint, NoAnswer
from adapters.ble.paired import Paired
from adapters.ble.talk import RADIO_ERRORS, Talk
from adapters.errors import DecodeError

UUID: Final = user_control_point.UUID

Refused = MutableSet[tuple[int, int]]
"""Users and codes that the device refused: they are not tried again, or it might lock itself."""

NO_ANSWER: Final = "the device did not answer whether its user may be read"
REFUSED: Final = "the device refused the code of a user"
NOT_OPENED: Final = "the device did not open what it keeps of a user"


async def consent(talk: Talk, paired: Paired, refused: Refused) -> str:
    """Open every slot whose code is known.

    Returns:
        what the person is to do next; empty where all went well.

    Raises:
        AdapterError: the device wants to be paired.
        BleakError: the link is lost, or the device let us not subscribe.
    """
    offered = talk.offered(UUID)
    if not (offered and paired.codes):
        return ""
    point = ControlPoint(talk, offered[0])
    await point.open()
    for user, code in paired.codes.items():
        if (user, code) not in refused and not await _open(point, user, code, talk, refused):
            break
    wrong = [str(user) for user, code in paired.codes.items() if (user, code) in refused]
    if not wrong:
        return ""
    whom = f"user {wrong[0]}" if len(wrong) == 1 else f"users {', '.join(wrong)}"
    return f"The code for {whom} of this device is not right. Look it up there and enter it again."


async def _open(point: ControlPoint, user: int, code: int, talk: Talk, refused: Refused) -> bool:
    """Open one slot; False where the device does not speak at all."""

    def answers(data: bytes) -> bool:
        try:
            return UserControlPoint.from_bytes(data).request == Op.CONSENT
        except DecodeError as error:
            talk.complain(UUID, error.why)
            return False

    try:
        answer = await point.ask(bytes(UserControlPoint.consent(user, code)), answers)
    except NoAnswer:
        talk.complain(UUID, NO_ANSWER)
        return False
    except RADIO_ERRORS:
        if not talk.is_up:
            raise
        talk.complain(UUID, NOT_OPENED)
        return True
    went = UserControlPoint.from_bytes(answer).went
    if went in (Answer.NOT_AUTHORIZED, Answer.INVALID_PARAMETER):
        talk.complain(UUID, REFUSED)
        refused.add((user, code))
    elif went is not Answer.SUCCESS:
        talk.complain(UUID, NOT_OPENED)
    return True
