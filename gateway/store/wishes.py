"""What a person wished of the radio, and the talk about it: a table between two processes.

The terminal and the pages wish, ask how it goes and answer; the part that collects serves the
wish. So the pages need nothing that sends, and the radio knows no page.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final, Literal

from adapters.reading import DeviceKey, Instant, PersonKey
from gateway.store.driver import Database, transaction

Sort = Literal["look", "add", "pair"]
State = Literal["wished", "looking", "waiting", "connected", "done", "failed", "given up"]

NO_MORE: Final = "stop"
"""The answer of a person who wants no more."""

OPEN: Final = ("wished", "looking", "waiting", "connected")
_IS_OPEN: Final = "state IN ('wished', 'looking', 'waiting', 'connected')"
_COLUMNS: Final = (
    "id", "person", "sort", "address", "profile", "name", "several", "device", "at", "state",
    "question", "answer", "said", "next_step",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Put:
    """A question that stands.

    Attributes:
        sort: ``type``, ``show`` or ``compare``, as in `adapters.ble.asking`.
        called: the device, as the person calls it.
        until: how long it stands.
    """

    sort: str
    called: str
    digits: str
    until: Instant


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish and how it goes.

    Attributes:
        name: what the device shall be called here; empty where nothing was said.
        several: whether several people use it; None where that was not said.
        device: our name of the device: of one to be added, once it is; empty before.
        question: what is asked at this moment, or None.
        said: how it ended, one sentence. next_step: what to do then.
    """

    id: int
    person: PersonKey
    sort: Sort
    address: str
    profile: str
    name: str
    several: bool | None
    device: DeviceKey
    at: Instant
    state: State
    question: Put | None
    answer: str
    said: str
    next_step: str

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.state in OPEN


class Wishes:
    """The wishes of a home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def wish(
        self,
        person: PersonKey,
        sort: Sort,
        at: Instant,
        *,
        address: str = "",
        profile: str = "",
        name: str = "",
        several: bool | None = None,
        device: DeviceKey | None = None,
    ) -> int:
        """Wish something; what this person wished before is given up. Returns its number."""
        with transaction(self._db):
            self._db.conn.execute(
                "UPDATE wish SET state = 'given up', question = '', answer = ''"  # noqa: S608
                f" WHERE person = ? AND {_IS_OPEN}",
                (person,),
            )
            cursor = self._db.conn.execute(
                "INSERT INTO wish (person, sort, address, profile, name, several, at, device)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (person, sort, address, profile, name, several, at, device or ""),
            )
            return int(cursor.lastrowid or 0)

    def get(self, number: int) -> Wish | None:
        """One wish, or None."""
        return self._one("id = ?", number)

    def newest(self, person: PersonKey) -> Wish | None:
        """What a person wished last, or None."""
        return self._one("person = ? ORDER BY id DESC LIMIT 1", person)

    def next(self, since: Instant) -> Wish | None:
        """The oldest that nobody works on yet; none from before a time."""
        return self._one("state = 'wished' AND at >= ? ORDER BY id LIMIT 1", since)

    def turn_to(
        self,
        number: int,
        state: State,
        *,
        device: DeviceKey | None = None,
        said: str = "",
        next_step: str = "",
    ) -> None:
        """Say how it goes; one that was given up stays so."""
        self._db.conn.execute(
            "UPDATE wish SET state = ?, device = COALESCE(?, device), said = ?, next_step = ?,"
            " question = CASE WHEN ? THEN question ELSE '' END"
            " WHERE id = ? AND state != 'given up'",
            (state, device, said, next_step, state in OPEN, number),
        )

    def give_up(self, number: int) -> None:
        """The person wants it no more."""
        self._db.conn.execute(
            "UPDATE wish SET state = 'given up', question = '', answer = ''"  # noqa: S608
            f" WHERE id = ? AND {_IS_OPEN}",
            (number,),
        )

    def ask(self, number: int, question: Put | None) -> None:
        """Put a question, or take it back."""
        text = json.dumps(asdict(question)) if question is not None else ""
        self._db.conn.execute(
            "UPDATE wish SET question = ?, answer = '' WHERE id = ?", (text, number)
        )

    def answer(self, number: int, answer: str) -> None:
        """Answer the question that stands; nothing happens where none does."""
        self._db.conn.execute(
            "UPDATE wish SET answer = ? WHERE id = ? AND question != ''", (answer, number)
        )

    def _one(self, where: str, value: object) -> Wish | None:
        row = self._db.conn.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM wish WHERE {where}",  # noqa: S608  # our own words
            (value,),
        ).fetchone()
        return None if row is None else _wish(row)


def _wish(row: tuple[object, ...]) -> Wish:
    said = dict(zip(_COLUMNS, row, strict=True))
    several, question = said["several"], said["question"]
    said["several"] = None if several is None else bool(several)
    said["question"] = Put(**json.loads(str(question))) if question else None
    return Wish(**said)  # type: ignore[arg-type]  # columns of a STRICT table
