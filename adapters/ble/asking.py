"""What a person is asked while a device is paired, whoever puts the question: terminal or page."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from adapters.errors import AdapterError

Sort = Literal["type", "show", "compare"]

ANSWER_WITHIN: Final = 25.0
"""Seconds. A device gives up 30 s after its last word (Bluetooth Core 6.0, Vol 3, Part H, 3.4)."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one device.

    Attributes:
        sort: ``type``: which six digits does the device show; ``show``: type these digits into
            the device; ``compare``: does the device show the same digits.
        device: what the person calls the device; never its address.
        digits: six, where there is something to show.
        seconds: how long the question stands.
    """

    sort: Sort
    device: str
    digits: str = ""
    seconds: float = ANSWER_WITHIN


class Asker(Protocol):
    """Whoever puts questions to the person who is adding a device."""

    async def ask(self, question: Question) -> str | None:
        """The answer; the question is taken back by cancelling this.

        Returns:
            Six digits for ``type``; ``yes`` or ``no`` for ``compare``; None where the person
            wants no more, or nobody is there to answer. What is only shown has no answer.
        """
        ...


class NotPaired(AdapterError):
    """A device did not let itself be paired.

    Attributes:
        reason: which of the ways it was, e.g. ``wrong digits``.
    """

    def __init__(self, reason: str, what: str, next_step: str) -> None:
        super().__init__(what, next_step)
        self.reason = reason


class Meets(Protocol):
    """One device while a person adds it."""

    async def is_paired(self) -> bool:
        """Whether this computer keeps the keys of a pairing with it."""
        ...

    async def pair(self) -> str:
        """Pair; returns its address from now on, which may be another for a private one.

        Raises:
            AdapterError: it did not come about, with what to do next.
        """
        ...

    async def forget_pairing(self) -> None:
        """Let go of this computer's keys; only called once a person has said so.

        Raises:
            AdapterError: the system's Bluetooth does not do it.
        """
        ...

    @property
    def was_asked(self) -> bool:
        """Whether the device wanted an answer, so that it is one to be paired with."""
        ...


class Pairs(Protocol):
    """Whoever pairs devices where bleak does not: on Linux."""

    def meeting(
        self, address: str, called: str, asker: Asker
    ) -> AbstractAsyncContextManager[Meets]:
        """While this lasts, this device may pair, and no other.

        Raises:
            AdapterError: the system's Bluetooth does not answer.
        """
        ...
