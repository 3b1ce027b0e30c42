"""UUIDs as a description writes them: four hex digits, or all of them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator

from adapters.ble.formats.uuids import assigned


def full_uuid(text: str) -> str:
    """All of a UUID, in small letters.

    Raises:
        ValueError: it is none.
    """
    try:
        if len(text) == 4:
            return assigned(int(text, 16))
        return str(UUID(text))
    except ValueError:
        raise ValueError("write a UUID: four hex digits, or 32 with dashes") from None


Uuid = Annotated[str, AfterValidator(full_uuid)]
