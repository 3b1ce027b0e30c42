"""What the metadata of an entry say of its reading, by the closed list of `metadata.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from adapters.reading import Quality, as_flags

_LONG, _SHORT = "HKMetadataKey", "HK"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that metadata may say; two of the three are empty."""

    quality: Quality = Quality.NONE
    place: str = ""
    situation: str = ""


def flags_of(metadata: Mapping[str, str]) -> int:
    """The flags of a reading with this metadata; see `adapters.reading.as_flags`.

    Of several places or situations the first counts.
    """
    if not metadata:
        return 0
    quality, place, situation = Quality.NONE, "", ""
    for key, value in metadata.items():
        said = _allowed().get(_short(key), {}).get(value.strip().lower())
        if said is not None:
            quality |= said.quality
            place = place or said.place
            situation = situation or said.situation
    return as_flags(quality, place, situation)


def not_on_the_list(metadata: Mapping[str, str]) -> Iterator[str]:
    """The keys of which nothing is read."""
    return (key for key in metadata if _short(key) not in _allowed())


def _short(key: str) -> str:
    return _SHORT + key[len(_LONG) :] if key.startswith(_LONG) else key


@cache
def _allowed() -> Mapping[str, Mapping[str, Said]]:
    text = resources.files("adapters.healthkit").joinpath("metadata.toml").read_text("utf-8")
    return {
        key: {value: _said(**columns) for value, columns in values.items()}
        for key, values in tomllib.loads(text).items()
    }


def _said(quality: str = "NONE", place: str = "", situation: str = "") -> Said:
    as_flags(Quality[quality], place, situation)  # a word that is none would stop here
    return Said(Quality[quality], place, situation)
