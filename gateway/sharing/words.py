"""What people read about sharing: a sentence for each reason, a word for each term.

Texts are marked for translation with `N_` and looked up when they are said, so that a page and
a command may speak different languages in one process.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from gateway.sharing.consent import Collecting, Grain, Purpose, Reason, Relationship

_LOCALE: Final = Path(__file__).resolve().parents[1] / "locale"


def N_(text: str) -> str:
    """Mark a text for translation; it is looked up by `said`."""
    return text


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("pages", _LOCALE, languages=[language], fallback=True)


def said(text: str, language: str = "en") -> str:
    """A marked text in a language; in English where there is no translation yet."""
    return _catalogue(language).gettext(text) if text else ""


SENTENCES: Final[Mapping[Reason, str]] = {
    Reason.PERMITTED: N_("You agreed to share this."),
    Reason.LEDGER_BROKEN: N_(
        "The record of your decisions has been damaged. Nothing is shared. "
        "Restore your latest backup, then decide again."
    ),
    Reason.CLOCK_UNTRUSTED: N_(
        "This computer is not sure what time it is. Sharing waits until its clock is set."
    ),
    Reason.CLOCK_BEHIND: N_(
        "This computer's clock is behind your last decision. Sharing waits until it is set."
    ),
    Reason.UNKNOWN_PURPOSE: N_("Nobody may ask for readings for this purpose."),
    Reason.NOT_SHAREABLE: N_("This kind of reading stays here."),
    Reason.UNKNOWN_RECIPIENT: N_(
        "This recipient is not on your list. Add it with the invitation that it gave you."
    ),
    Reason.RECIPIENT_SUSPENDED: N_(
        "Sharing with this recipient is paused. Look at what changed, then confirm it."
    ),
    Reason.UNCLEAR_TIME: N_("It is not clear when this was measured, so it stays here."),
    Reason.FUTURE_MEASUREMENT: N_(
        "This reading bears a time that has not come yet. Check the device's clock."
    ),
    Reason.DENIED: N_("You said that this must not be shared. Lift that first if you want to."),
    Reason.NO_GRANT: N_("You have not agreed to share this."),
    Reason.WITHDRAWN: N_("You took back your agreement to share this."),
    Reason.UNDER_13: N_("Readings of a child under 13 are not shared."),
    Reason.UNDER_18: N_(
        "Sharing for a person under 18 needs a guardian's consent and the young person's own. "
        "This version does not offer that yet, so everything stays here."
    ),
    Reason.ZONE_UNKNOWN: N_(
        "This computer does not know the time zone by whose days you share. Sharing waits until "
        "its system is updated, or until you agree to other days."
    ),
    Reason.POLICY_CHANGED: N_(
        "The recipient changed its terms after you agreed. Read them and decide again."
    ),
    Reason.NOT_STARTED: N_("The time that you agreed to has not begun yet."),
    Reason.ENDED: N_("The time that you agreed to is over. Agree again to go on."),
    Reason.OUTSIDE_HISTORY: N_("This was measured outside the time that you agreed to share."),
    Reason.NOT_COLLECTED: N_(
        "You have not allowed readings to be collected from here. Allow it first."
    ),
}

DOUBTS: Final[Mapping[str, str]] = {
    "entered_in_error": N_("You marked it as entered in error."),
    "possible_duplicate": N_("It is perhaps the same as another reading, which goes."),
    "not_a_measurement": N_("It is a test of the device, not a reading of you."),
    "no_summary": N_("There is no summary of such readings."),
    "clock_not_trusted": N_(
        "The device told no time, or its clock was off: it is not sure when this was measured. "
        "Say whether the times are right."
    ),
    "clock_confirmed": N_(
        "You said that its time is right, so it goes as far as you agreed to share it."
    ),
    "clock_wrong": N_("You said that the device gave a wrong time."),
}
"""Why single readings stay here, whatever was agreed to."""

STUCK: Final[Mapping[str, str]] = {
    "no_place": N_(
        "The recipient has this reading and does not say where it keeps it, so your correction "
        "could not be put there yet. It is tried again by itself. To be sure, tell the recipient "
        "what you corrected."
    ),
    "changed_there": N_(
        "The recipient has another version of this reading than the one that was sent from here "
        "last: somebody changed it there. Your correction was not put over it. Tell the recipient "
        "what you corrected, and ask what stands there now."
    ),
    "not_put": N_(
        "The recipient did not take your correction: it has this reading no longer, or lets nobody "
        "correct what it has. Tell the recipient what you corrected, and ask what stands there now."
    ),
    "gone_there": N_(
        "You took this reading back. The recipient was asked and does not have it, so there was "
        "nothing to take back there."
    ),
}
"""What became of single readings at a recipient that a person should know, and do."""

WITHOUT: Final[Mapping[str, str]] = {
    "look": N_(
        "The recipient did not take how far a device’s clock was off. Your readings go on without "
        "it, and still say that their time was set right. There is nothing to do."
    ),
    "metric": N_(
        "The recipient did not take the description of what a device measures. Your readings go on "
        "without it. There is nothing to do."
    ),
}
"""What readings refer to and a recipient did not take."""

PURPOSE_WORDS: Final[Mapping[Purpose, str]] = {
    "TREAT": N_("your treatment"),
    "HRESCH": N_("health research"),
    "PATRQT": N_("your own request"),
}

GRAIN_WORDS: Final[Mapping[Grain, str]] = {
    "raw": N_("every reading"),
    "minute": N_("one summary a minute"),
    "hour": N_("one summary an hour"),
    "day": N_("one summary a day, by the days of UTC"),
    "local_day": N_("one summary a day, from midnight to midnight where you live"),
}

AGREED_FOR: Final[Mapping[Relationship, str]] = {
    "GUARD": N_("A guardian agreed to share this."),
    "POWATT": N_("A proxy agreed to share this."),
}
"""What is said in place of "You agreed" where somebody else did."""

COLLECT_WORDS: Final[Mapping[Collecting, str]] = {
    "ble": N_("devices over Bluetooth"),
    "healthkit": N_("Apple Health exports"),
    "routes": N_("routes, which stay here"),
}

CATEGORY_WORDS: Final[Mapping[str, str]] = {
    "heart": N_("Heart"),
    "breath": N_("Breath"),
    "activity": N_("Activity"),
    "body": N_("Body"),
    "glucose": N_("Glucose"),
    "sleep": N_("Sleep"),
    "nutrition": N_("Food and drink"),
    "symptoms": N_("Symptoms"),
    "cycle": N_("Cycle, pregnancy and sexual health"),
    "mind": N_("Mind"),
    "senses": N_("Hearing and sight"),
    "care": N_("Care of yourself"),
    "records": N_("Records of clinics"),
    "about_you": N_("About you"),
    "home": N_("Home"),
}


def sentence(reason: Reason, language: str = "en") -> str:
    """Why something is, or is not, shared; says what to do next where there is something."""
    return said(SENTENCES[reason], language)


def sentence_of(why: str, language: str = "en") -> str:
    """The sentence for a reason's word; a text that is no such word is a sentence already."""
    for sentences in (DOUBTS, STUCK):
        if why in sentences:
            return said(sentences[why], language)
    return sentence(Reason(why), language) if why in Reason.__members__.values() else why
