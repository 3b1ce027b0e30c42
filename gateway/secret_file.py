"""A secret in a file: what stands in its first line."""

from __future__ import annotations

from pathlib import Path

from gateway.errors import WrongUse


def first_line(file: Path | None, what: str) -> str | None:
    """The first line of a file with a secret; None if no file was named.

    Raises:
        WrongUse: it cannot be read, is empty, or is no text.
    """
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()[0]  # Notepad writes a mark first
    except (OSError, IndexError, UnicodeDecodeError) as error:
        raise WrongUse(
            f"The {what} file {file} cannot be read.",
            f"Write the {what} into its first line, as plain text.",
        ) from error
