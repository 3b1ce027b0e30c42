"""What can go wrong while sharing, by what the caller can do."""

from __future__ import annotations

from gateway.errors import GatewayError, Refused


class LedgerBroken(Refused):
    """The consent ledger is not as it was written: share nothing, show it.

    Attributes:
        seq: the first entry that does not fit, counted from 1; 0 when the whole is meant.
        why: a short sentence that says what does not fit.
    """

    def __init__(self, why: str, seq: int = 0) -> None:
        super().__init__(
            f"The record of your decisions has been damaged: {why}"
            + (f" (entry {seq})." if seq else "."),
            "Nothing is shared. Restore your latest backup, then decide again.",
        )
        self.why = why
        self.seq = seq


class InvitationRefused(GatewayError):
    """An invitation that cannot be accepted as it is: ask its sender for another one.

    Attributes:
        field: where in the invitation, e.g. ``"policy.sha256"``; empty when it is the whole.
        sentence: what is wrong, for a person.
    """

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(
            f"{field}: {sentence}" if field else sentence,
            "Ask the sender of the invitation for a new one.",
        )
        self.field = field
        self.sentence = sentence


class NotAllowed(Refused):
    """This must not be done, here or by this actor: nothing was changed (exit code 3).

    Attributes:
        sentence: why, for a person.
    """

    def __init__(self, sentence: str, next_step: str = "") -> None:
        super().__init__(sentence, next_step)
        self.sentence = sentence
