"""Whether a pairing still holds, as far as can be told from how a device behaves.

Three things end a pairing without a word. The device forgot it: BlueZ takes up the link, and
drops it as soon as it is to be encrypted, again and again; what it says is "canceled". A read
that was begun without a pairing never returned: BlueZ waits for it ever after, and asks for that
value no more. The device was changed from within, and BlueZ goes on with what it remembers of it.
Only a new pairing heals them, and only a person can make one: no pairing is removed unasked.

Measured with BlueZ 5.66 and 5.82; bluez/bluez#21.
"""

from __future__ import annotations

from collections import Counter
from typing import Final, Literal

from bleak.exc import BleakDBusError

from adapters.ble.gatt_errors import NEEDS_PAIRING, NOT_THERE, code_of

Why = Literal["", "forgotten", "stuck", "changed"]

STEPS: Final[dict[Why, str]] = {
    "": "",
    "forgotten": "It seems to have forgotten this computer. Put it into pairing mode, then pair "
    "it again.",
    "stuck": "One of its values can no longer be read. Put it into pairing mode, then pair it "
    "again.",
    "changed": "It is not what it was when it was paired. Put it into pairing mode, then pair it "
    "again.",
}
"""What a person is to do; how that is done, terminal and page say."""

ENOUGH_LINKS: Final = 4
"""Links that came and went within one attempt; more would tell nothing new."""

_AUTHENTICATION: Final = (
    "AuthenticationFailed",
    "AuthenticationRejected",
    "AuthenticationCanceled",
    "AuthenticationTimeout",
)
_TIMES: Final = 2
"""Once may be chance; twice in a row is how it is."""


def _refuses(error: BaseException | None) -> bool:
    """Whether a device that is bonded says by this that it knows nothing of that."""
    if error is None:
        return False
    if code_of(error) in NEEDS_PAIRING:
        return True
    if isinstance(error, BleakDBusError):
        return error.dbus_error.rpartition(".")[2] in _AUTHENTICATION
    return _refuses(error.__cause__)


class Bond:
    """What speaks against the pairing of one device."""

    def __init__(self) -> None:
        self._refusals = 0
        self._odd = 0
        self._late: Counter[str] = Counter()

    @property
    def why(self) -> Why:
        """Why it does not hold any more, if it looks so."""
        if self._refusals >= _TIMES:
            return "forgotten"
        if self.stuck:
            return "stuck"
        return "changed" if self._odd >= _TIMES else ""

    @property
    def stuck(self) -> frozenset[str]:
        """Characteristics that are not asked for any more: each took too long twice."""
        return frozenset(uuid for uuid, times in self._late.items() if times >= _TIMES)

    def failed(self, error: BaseException, links: int = 0) -> None:
        """An attempt or a link failed by this, after so many links that came and went."""
        refused = links >= ENOUGH_LINKS or _refuses(error)
        self._refusals = self._refusals + 1 if refused else 0
        self._odd = self._odd + 1 if code_of(error) in NOT_THERE else 0

    def was_late(self, uuid: str) -> None:
        """A characteristic did not answer in time, while the link was up."""
        self._late[uuid] += 1

    def answered(self, uuid: str) -> None:
        """A characteristic answered."""
        self._late.pop(uuid, None)

    def held(self) -> None:
        """A link came to where the device is listened to: it knows us."""
        self._refusals = self._odd = 0

    def begin_anew(self) -> None:
        """It was paired again, or Bluetooth itself was started again."""
        self.held()
        self._late.clear()
