"""A device that says what it measures and answers what it is asked, and keeps nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from adapters.simulator.instrument import AttError, Sent
from adapters.simulator.sensor import Moment

Says = Callable[[Moment], Iterable[Sent]]
Answers = Callable[[bytes], Iterable[Sent]]

_READ_NOT_PERMITTED, _WRITE_NOT_PERMITTED = 0x02, 0x03


class Streamer:
    """An instrument made of what it says, and of what it answers on each characteristic.

    Args:
        says: what goes out at each measurement.
        answers: what goes out when a peer writes, by the UUID that it writes to.
    """

    def __init__(self, says: Says, answers: Mapping[str, Answers] = MappingProxyType({})) -> None:
        self._says = says
        self._answers = answers

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """What it says; nothing if it did not work out, for such devices have no word for that."""
        said = tuple(self._says(moment))
        return () if moment.failed else said

    def read(self, uuid: str) -> bytes:
        """Nothing that is read changes."""
        raise AttError(_READ_NOT_PERMITTED)

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """Answer."""
        if uuid not in self._answers:
            raise AttError(_WRITE_NOT_PERMITTED)
        return tuple(self._answers[uuid](data))

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """It keeps nothing."""
        return ()

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """It keeps nothing."""
        return ()

    def disconnected(self) -> None:
        """It keeps nothing."""
