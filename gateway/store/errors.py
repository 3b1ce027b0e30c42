"""What can go wrong with the store, by what the person can do about it."""

from __future__ import annotations


class StoreError(RuntimeError):
    """Something about the home or its files.

    Attributes:
        next_step: one sentence a person can act on.
    """

    usual_next_step = "Run `health-gateway doctor` to see what is wrong."

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(what)
        self.next_step = next_step or self.usual_next_step


class NoHome(StoreError):
    """There is no such directory yet."""

    usual_next_step = "Run `health-gateway setup` to make a home there."


class NotAHome(StoreError):
    """The directory is there, but it is not a home of this program."""

    usual_next_step = "Choose an empty directory, or the one that you set up before."


class HomeExists(StoreError):
    """A home is there already; it is never overwritten."""

    usual_next_step = "Choose another directory, or go on with the home that is there."


class WrongPassphrase(StoreError):
    """The passphrase, recovery code or key file does not open this home. Nothing was changed."""

    usual_next_step = "Try again, or use the recovery code that was printed at set-up."


class PassphraseNeeded(StoreError):
    """The home has no key file, and no passphrase was given."""

    usual_next_step = "Give the passphrase of this home."


class CodeMistyped(StoreError):
    """A recovery code that cannot be right.

    Attributes:
        group: which group holds the mistake, counted from 1; 0 when the length is wrong.
    """

    usual_next_step = "Look at the printed code and type it once more."

    def __init__(self, what: str, group: int, next_step: str = "") -> None:
        super().__init__(what, next_step)
        self.group = group


class KeyFileOpenToOthers(StoreError):
    """Other users of this machine may read the key file."""

    usual_next_step = "Run `chmod 600` on the key file, then start again."


class StoreLocked(StoreError):
    """The key does not open this file: it belongs to another home, or was replaced."""

    usual_next_step = "Put back the file that belongs to this home, or restore a backup."


class StoreDamaged(StoreError):
    """What was read is not what was written. Nothing of it is ever shown or sent."""

    usual_next_step = "Stop the gateway, copy the home somewhere safe, then restore a backup."


class DiskFailed(StoreDamaged):
    """The disk refused to be read or written. The store itself may be whole."""

    usual_next_step = "See whether the disk is full or failing; free some space, then start again."


class StoreNotEncrypted(StoreError):
    """The file is a plain SQLite database: this program never reads or writes one."""

    usual_next_step = "Move the file away; it was not made by this program."


class StoreTooNew(StoreError):
    """The file was written by a newer version of this program."""

    usual_next_step = "Install the newer version again; nothing was changed."


class StoreBusy(StoreError):
    """Another part of the gateway was writing for too long. Nothing was written; try again."""

    usual_next_step = "Wait a moment and try again."


class StoreFull(StoreError):
    """The disk is full. Nothing that was stored before is lost."""

    usual_next_step = "Free some space on the disk, then start again."


class NoSuchReading(StoreError):
    """No reading has this identity; it may have been deleted."""

    usual_next_step = "Look at the list of readings again."


class ChainBroken(StoreDamaged):
    """An entry of a chained table was changed, left out or put in.

    Attributes:
        seq: the first entry that does not fit.
    """

    def __init__(self, what: str, seq: int) -> None:
        super().__init__(what)
        self.seq = seq
