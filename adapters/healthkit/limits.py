"""How much an import may take: caps against bombs, sizes of the windows kept in memory."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 2**30


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one import. Real exports inflate 12 to 17 to 1, the largest seen to 3.8 GB.

    Attributes:
        max_inflated: bytes of the main file and the routes, unpacked.
        max_ratio: unpacked bytes for each packed one; asked from ``ratio_from`` bytes on.
        ratio_from: below this many unpacked bytes a file may be packed as tightly as it likes.
        max_members: files in the archive or folder.
        max_token: bytes of one tag, comment or text; more is no export.
        block: bytes read at a time.
        batch: readings, or local events, that go on together.
        twins: readings looked back upon for an equal one; see `adapters.healthkit.twins`.
        names: different devices, and different apps, of one export.
        halves: blood pressure values waiting for their other half.
    """

    max_inflated: int = 64 * GIB
    max_ratio: int = 200
    ratio_from: int = 64 * 2**20
    max_members: int = 100_000
    max_token: int = 8 * 2**20
    block: int = 2**20
    batch: int = 5_000
    twins: int = 20_000
    names: int = 5_000
    halves: int = 100_000
