"""What can go wrong while sharing, by what the caller can do."""

from __future__ import annotations

from gateway.errors import ExitCode, GatewayError, Refused


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

    code = ExitCode.REFUSED

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


class UploadDeferred(GatewayError):
    """The recipient did not take it now: it stays in the queue and is tried again later.

    Attributes:
        why: a short, fixed sentence.
        retry_after: how many milliseconds the recipient asked to wait; None where it did not say.
        reached: whether what was sent may have been stored all the same, so that the recipient is
            asked before anything is sent again.
        left: whether the request left, whatever came of it.
    """

    def __init__(
        self,
        why: str,
        retry_after: int | None = None,
        *,
        reached: bool = False,
        left: bool = False,
    ) -> None:
        super().__init__(why, "Nothing to do: it is tried again by itself.")
        self.why = why
        self.retry_after = retry_after
        self.reached = reached
        self.left = left or reached


class NotTaken(UploadDeferred):
    """The recipient refused it as it is."""


class LeakBlocked(Refused):
    """A value that stays here stood in what would have left. Nothing left.

    Attributes:
        place: ``url``, ``headers`` or ``body``.
        wrapped: how the value was written there; the value itself is never told.
    """

    def __init__(self, place: str, wrapped: str) -> None:
        super().__init__(
            f"Something that stays here stood in the {place} ({wrapped}); nothing was sent.",
            "Please report this: it is a mistake of the program.",
        )
        self.place = place
        self.wrapped = wrapped


class DoorClosed(Refused):
    """An address that no accepted invitation names, or that is not protected by TLS."""

    def __init__(self, why: str) -> None:
        super().__init__(why, "Look at the recipient's invitation.")


class SendingStopped(Refused):
    """What was decided changed after a claim: this request must not start."""

    def __init__(self) -> None:
        super().__init__("What is shared was changed a moment ago; this was not sent.")
