"""How one device is doing, in words for a person, and what they are to do."""

from __future__ import annotations

from bleak.exc import BleakDeviceNotFoundError
from bleak_retry_connector import BleakNotFoundError

from adapters.ble.bond import STEPS, Bond
from adapters.ble.consenting import CODE_WANTED
from adapters.ble.paired import Paired
from adapters.ble.state import DeviceState, Word
from adapters.ble.station import Station
from adapters.ble.talk import PairingWanted
from adapters.errors import AdapterError

_FAILURES_UNTIL_TROUBLE = 3
_GONE = (TimeoutError, BleakDeviceNotFoundError, BleakNotFoundError)

_ASLEEP = "It fell asleep before it could be read. Measure again, close to this computer."
_CLOSER = "Bring it closer, switch it on, and make sure that no phone or watch is connected to it."
_SWITCH_ON = "Switch the device on, or put it on."
_USE = "Use it as always: it is heard then."
_SILENT = "It is connected but sends nothing. Check that it sits well."


class Standing:
    """What is known of how a device is doing.

    Attributes:
        bond: what speaks against its pairing.
        failures: how often in a row it could not be listened to.
        is_up: whether it is connected and listened to.
    """

    def __init__(self, address: str, paired: Paired, station: Station) -> None:
        self.bond = Bond()
        self.failures = 0
        self.is_up = False
        self._address = address
        self._paired = paired
        self._station = station
        self._state = DeviceState("listening", station.now())

    def state(self) -> DeviceState:
        """How it is doing now."""
        state, stream = self._state, self._station.inbox.streams[self._paired.device]
        word, next_step = state.word, state.next_step
        quiet = self._station.settings.quiet * 1000
        silent = self._station.now() - max(state.since, stream.last_packet or 0) > quiet
        if word == "listening" and silent:
            word = "waiting for the device"
        elif word == "connected" and silent and self._streams():
            next_step = _SILENT
        if word == "waiting for the device" and not next_step:
            next_step = _SWITCH_ON if self._streams() else _USE
        return DeviceState(word, state.since, next_step, stream.last_packet, state.pair_anew)

    def heard(self) -> None:
        """It is awake; if it still lets nobody connect, that is no sleep."""
        if self._state.next_step == _ASLEEP and self.failures >= _FAILURES_UNTIL_TROUBLE:
            self._turn_to("trouble", _CLOSER)

    def begin_anew(self) -> None:
        """It is paired again: whatever spoke against it is past."""
        self.bond.begin_anew()
        self.failures = 0
        self._turn_to("listening")

    async def begins(self, next_step: str) -> None:
        """It is listened to; ``next_step``: what the person is to do all the same."""
        self.is_up, self.failures = True, 0
        self.bond.held()
        if step := await self._pairing_step():
            self._turn_to("trouble", step, pair_anew=True)
        else:
            well = next_step in ("", CODE_WANTED)
            self._turn_to("connected" if well else "trouble", next_step)

    def over(self) -> None:
        """The link is lost or let go."""
        self.is_up = False
        if self._state.word == "connected":
            self._turn_to("waiting for the device", self._state.next_step)

    async def failed(self, error: Exception, *, links: int = 0, asleep: bool = False) -> None:
        """It did not work out this time.

        Args:
            error: why.
            links: how many links came and went within the attempt.
            asleep: whether it was not heard any more since it was to be connected to.
        """
        self.failures += 1
        if isinstance(error, AdapterError):
            wants = isinstance(error, PairingWanted) and self._station.radio.watches is not None
            self._turn_to("trouble", error.next_step, pair_anew=wants)
            return
        self.bond.failed(error, links)
        if step := await self._pairing_step():
            self._turn_to("trouble", step, pair_anew=True)
        elif asleep and isinstance(error, _GONE):
            self._turn_to("waiting for the device", _ASLEEP)
        elif self.failures >= _FAILURES_UNTIL_TROUBLE:
            self._turn_to("trouble", _CLOSER)

    def _streams(self) -> bool:
        profile = self._paired.profile
        return any(profile.streams(uuid) for uuid in profile.subscribes)

    async def _pairing_step(self) -> str:
        """What the person is to do where the pairing looks as if it did not hold any more."""
        why, watches = self.bond.why, self._station.radio.watches
        if not why or watches is None:
            return ""
        return STEPS[why] if why == "stuck" or await watches.is_bonded(self._address) else ""

    def _turn_to(self, word: Word, next_step: str = "", *, pair_anew: bool = False) -> None:
        if (word, next_step) != (self._state.word, self._state.next_step):
            now = self._station.now()
            self._state = DeviceState(word, now, next_step, pair_anew=pair_anew)
