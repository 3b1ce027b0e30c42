"""Errors of the program as a whole, each with the exit code that a command ends with."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the end of a command means."""

    DONE = 0
    FAILED = 1
    WRONG_USE = 2
    REFUSED = 3
    DEVICE_FAILED = 4


class GatewayError(Exception):
    """Something a person must be told.

    Attributes:
        next_step: one sentence that says what to do.
        code: the exit code of a command that ends with it.
    """

    code = ExitCode.FAILED

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(what)
        self.next_step = next_step


class WrongSettings(GatewayError):
    """`config.toml` or the environment says something that is not understood."""

    code = ExitCode.WRONG_USE

    def __init__(
        self, what: str, next_step: str = "Compare the file with the shipped config.toml."
    ) -> None:
        super().__init__(what, next_step)


class WrongUse(GatewayError):
    """A command was called in a way that cannot work."""

    code = ExitCode.WRONG_USE


class Refused(GatewayError):
    """Locked, without consent, or not allowed in this home."""

    code = ExitCode.REFUSED


def of_the_system(error: OSError) -> GatewayError:
    """What the operating system refuses: a full disk, another user's file, a path that is not."""
    what = f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    return GatewayError(what, "Check the path, the disk and who owns the file, then try again.")
