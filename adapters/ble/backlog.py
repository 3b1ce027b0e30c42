"""What a device kept for us comes first on a link: whether a record that tells no time may be old.

A record that comes as soon as there is a link may have been kept for weeks. After a silence the
device has told what it had, and what comes then was measured just now.
"""

from __future__ import annotations

from typing import Final

from adapters.reading import Instant

FIRST_MS: Final = 15_000
"""A device that kept something begins to tell it within so long of the beginning of the link."""

NEXT_MS: Final = 3_000
"""Records that were kept follow one another so closely."""

LONGEST_MS: Final = 300_000
"""After so long it is no store any more that is told, but a measurement every moment."""


class Backlog:
    """Whether a device may still be telling what it kept; one for each link."""

    def __init__(self) -> None:
        self._began: Instant | None = None
        self._until: Instant = 0

    def begins(self, at: Instant) -> None:
        """From now on it may tell what it kept: there is a link, or a user's slot was opened."""
        self._began, self._until = at, at + FIRST_MS

    def holds(self, at: Instant) -> bool:
        """Whether a record that comes now may have been kept; asked once for each packet."""
        if self._began is None:
            return True
        if at > self._until or at > self._began + LONGEST_MS:
            return False
        self._until = max(self._until, at + NEXT_MS)
        return True
