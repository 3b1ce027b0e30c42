"""What can go wrong while readings are brought in, by what the caller can do."""

from __future__ import annotations


class DecodeError(ValueError):
    """These bytes are not what their characteristic says: skip this packet, count it.

    Attributes:
        data: the bytes as they came.
        offset: where reading stopped making sense, counted from 0.
    """

    def __init__(self, why: str, data: bytes = b"", offset: int = 0) -> None:
        super().__init__(f"{why} (at byte {offset} of {len(data)})")
        self.why = why
        self.data = data
        self.offset = offset


class UnknownKind(KeyError):
    """A name that `kinds.toml` does not have.

    Attributes:
        name: the name asked for.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class ReadingRefused(ValueError):
    """A value that its kind cannot hold (wrong unit, wrong shape): count it, show it, go on.

    Attributes:
        reason: a short, fixed sentence without the value; refusals are counted by it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AdapterError(RuntimeError):
    """A source stopped (radio gone, device asleep): start this source again later.

    Attributes:
        next_step: one sentence a person can act on.
    """

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what)
        self.next_step = next_step


class ArchiveRefused(ValueError):
    """A file that cannot be imported as it is (not an export, too large when unpacked, damaged).

    Attributes:
        next_step: one sentence a person can act on.
    """

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what)
        self.next_step = next_step


class DescriptionRefused(ValueError):
    """A device description that cannot be used as it is written: the others work.

    Attributes:
        next_step: one sentence a person can act on.
    """

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what)
        self.next_step = next_step
