"""What a description may say of commands: what is written to a device so that it begins to talk."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from adapters.ble.describing.command import Command
from adapters.ble.describing.description_fields import FieldText, Strict
from adapters.ble.describing.description_uuids import Uuid
from adapters.ble.describing.layout import Layout
from adapters.ble.describing.layout_clock import Clock
from adapters.ble.formats.fields import ByteOrder
from adapters.reading import Instant


def _hex(text: str) -> str:
    try:
        bytes.fromhex(text)
    except ValueError:
        raise ValueError('write bytes as pairs of hex digits, such as "0d 05 13"') from None
    return text


class WriteText(Strict):
    """One command, written each time a link is up and everything is listened to.

    Either ``hex``, always the same bytes, or fields: each says the only number that it can
    (``expect``), is the time now (``time``), skips bytes that are zero, or is a ``check``.
    """

    uuid: Uuid
    hex: Annotated[str, AfterValidator(_hex)] = ""
    byte_order: ByteOrder = "little"
    field: list[FieldText] = Field(default_factory=list)

    @model_validator(mode="after")
    def _can_be_written(self) -> WriteText:
        if bool(self.hex) == bool(self.field):
            raise ValueError("say what is written: either hex, or fields")
        for one in self.field:
            if not (one.time or one.skip or one.check or len(one.expect) == 1):
                raise ValueError("a field of a command needs an expect, a time, a check or a skip")
            if one.when or one.of or one.kind:
                raise ValueError("a field of a command hangs on nothing and is no reading")
        return self

    def command(self) -> Command:
        """The command that it stands for."""
        if self.hex:
            always = bytes.fromhex(self.hex)
            return Command(self.uuid, lambda _now, _zone: always)
        parts = tuple(one.part() for one in self.field)
        return Command(self.uuid, partial(_at, Layout(parts, self.byte_order)))


def _at(layout: Layout, now: Instant, zone: tzinfo) -> bytes:
    """What is written at this moment; a device keeps either UTC or the local time of day."""
    utc = datetime.fromtimestamp(now / 1000, UTC).replace(microsecond=0)
    local = utc.astimezone(zone).replace(tzinfo=None)
    clocks = [part for part in layout.parts if isinstance(part, Clock)]
    return layout.encode({one.name: local if one.is_local else utc for one in clocks})
