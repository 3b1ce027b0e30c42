"""Cards as text, remembered: most of two hundred kinds are the same from one look to the next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from gateway.htmlkit.language import spoken
from gateway.htmlkit.words import ago
from gateway.web.readings_book import Card

if TYPE_CHECKING:  # a visit has a desk, on which these lie
    from gateway.web.visit import Visit

_MOST: Final = 2_000
"""Cards remembered; one takes one or two kilobytes."""


class CardTexts:
    """Fills the template of a card, once for all that would come out the same."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, Markup] = OrderedDict()

    def text(self, visit: Visit, card: Card) -> Markup:
        """The card, in the language of the page."""
        key = _key(visit, card)
        found = self._known.get(key)
        if found is None:
            # The template escapes what it is given: what comes out is HTML.
            found = Markup(visit.text("card.html", card=card))  # noqa: S704
            if len(self._known) >= _MOST:
                self._known.popitem(last=False)
            self._known[key] = found
        else:
            self._known.move_to_end(key)
        return found


def _key(visit: Visit, card: Card) -> Hashable:
    """All that the template shows; times as the words that they become."""
    newest = card.newest
    return (
        spoken().tag,
        str(visit.zone),
        card.row,
        card.total,
        card.stale,
        card.simulated,
        ago(newest.at, visit.now),
        ago(newest.until, visit.now),
        tuple(newest.words),
        tuple(newest.numbers),
        newest.unit,
        newest.device,
        newest.doubts,
        newest.corrected,
        newest.place,
        newest.situation,
        tuple((shape.look, shape.path) for shape in card.drawing.shapes),
    )
