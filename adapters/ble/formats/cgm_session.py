"""The session of a sensor under the skin: when its minutes began, and what it measures in.

Sensors bear no clock: a measurement says how many minutes after the beginning it was made.

The beginning is no good name for a session: whenever an app sets a sensor's time it is worked out
anew, seconds off, or hours with another zone. So the name that a session was given on its first
link is kept and handed on from link to link (`NAMED`), as long as it is the same session: as long
as its count of minutes, or its beginning as it was told before, is off by no more than a quarter of
an hour. No sensor is ready for another session so soon.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from adapters.ble.characteristics import cgm_feature, cgm_session_start_time, cgm_status
from adapters.ble.characteristics.cgm_feature import CgmFeature
from adapters.ble.characteristics.cgm_session_start_time import CgmSessionStartTime
from adapters.ble.characteristics.cgm_status import Annunciation, CgmStatus
from adapters.ble.device_clock import DRIFT_WITHIN, DeviceClock
from adapters.ble.formats.sample import SampleSite, SampleType
from adapters.ble.hearing import Hearing
from adapters.errors import DecodeError
from adapters.reading import Instant, Quality

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # times of day without a zone are counted from it
_TEN_MINUTES = timedelta(minutes=10)
_MS = timedelta(milliseconds=1)
_MOST_BEGINNINGS = 32
_FIRST_YEAR, _LAST_YEAR = 1970, 9998
"""Beyond them a beginning is no time that a sensor was told in earnest."""

NAMED: Final = "session named"
"""Among what was said on a link: the name of its session, as `named` writes it."""


@dataclass(frozen=True, slots=True)
class _Name:
    """What a session is called, and by what it is known again; times are ms UTC.

    Attributes:
        name: its beginning, to ten minutes, as it was known first.
        began: every beginning that the sensor was told.
        counted: the beginning by its count of minutes; None where that was never read.
    """

    name: str
    began: Sequence[int] = ()
    counted: int | None = None

    def is_of(self, began: int | None, counted: int | None) -> bool:
        """Whether a session that began then is this one."""
        pairs = [(began, one) for one in self.began] + [(counted, self.counted)]
        far = DRIFT_WITHIN // _MS
        return any(a is not None and b is not None and abs(a - b) <= far for a, b in pairs)


class CgmSession:
    """What a link has said of its sensor; kept in `Hearing`.

    Attributes:
        secured: whether every value must bear a check sum; None where the sensor did not say.
        place: what it measures in, one of `adapters.reading.PLACES`; "" where it did not say.
        under_the_skin: it measures there, as nearly all do; otherwise in blood.
        is_control: it lies in control solution, in nobody.
    """

    def __init__(self) -> None:
        self.secured: bool | None = None
        self.place = ""
        self.under_the_skin = True
        self.is_control = False
        self._start: CgmSessionStartTime | None = None
        self._counted: tuple[Instant, int] | None = None
        self._is_off = False
        self._name: str | None = None
        self._seen: tuple[bytes | None, ...] = ()

    def look(self, said: Mapping[str, bytes], received: Instant, zone: tzinfo = UTC) -> None:
        """Take in what was read at the start of the link, and again where that has changed.

        A value that is not well formed counts as not said.

        Args:
            said: what was read, by UUID.
            received: when the status was read, which tells the sensor's minute of that moment.
            zone: where the sensor is thought to be, if it does not say.
        """
        seen = tuple(
            said.get(uuid)
            for uuid in (cgm_feature.UUID, cgm_session_start_time.UUID, cgm_status.UUID, NAMED)
        )
        if seen == self._seen:
            return
        self._seen = seen
        feature, start, status, name = seen
        self._take_feature(feature)
        self._start = _start(start)
        self._counted = _counted(status, received)
        self._is_off = self._stands_off(zone)
        known = _known(name)
        same = known is not None and known.is_of(*_beginnings(self._start, self._counted, zone))
        self._name = known.name if known is not None and same else None

    def _stands_off(self, zone: tzinfo) -> bool:
        """Whether the session would have begun at another time, going by its count of minutes."""
        began = self._start.told if self._start is not None else None
        if began is None or self._counted is None:
            return False
        received, now = self._counted
        try:
            shown = began + timedelta(minutes=now)
        except OverflowError:
            return True
        ahead = DeviceClock.read(shown, received, zone).ahead
        return ahead is not None and abs(ahead) > DRIFT_WITHIN

    def _take_feature(self, data: bytes | None) -> None:
        try:
            feature = CgmFeature.from_bytes(data or b"")
        except DecodeError:
            return
        sample = feature.sample
        self.secured = cgm_feature.Feature.E2E_CRC in feature.features
        self.place = sample.place
        self.is_control = sample.is_control
        self.under_the_skin = (
            sample.type is SampleType.INTERSTITIAL_FLUID
            or sample.site is SampleSite.SUBCUTANEOUS_TISSUE
            or sample.is_control
        )

    def when(self, offset: int) -> tuple[datetime | None, Quality]:
        """When a measurement of this minute was made, and what is doubtful about that.

        Where nobody ever told the sensor when its session began, its count of minutes at the start
        of the link says how long ago it was; also where it was told another time than that, as by
        a phone in the wrong zone, and then a person must say whether it is right.
        """
        began = self._start.told if self._start is not None else None
        try:
            if began is not None and not self._is_off:
                return began + timedelta(minutes=offset), Quality.NONE
            if self._counted is not None:
                received, now = self._counted
                at = datetime.fromtimestamp(received / 1000, UTC) + timedelta(minutes=offset - now)
                return at, Quality.CLOCK_NOT_TRUSTED if self._is_off else Quality.CLOCK_CORRECTED
        except OverflowError:
            pass
        return None, Quality.CLOCK_NOT_TRUSTED

    def identity(self, offset: int) -> str:
        """What tells this measurement from all others: its session and its minute.

        Where nothing is known of when the session began there is no identity: the next one would
        count the same minutes.
        """
        if self._name is not None:
            return f"{offset}@{self._name}"
        began = self._start.told if self._start is not None else None
        try:
            return f"{offset}@{_to_ten_minutes(began).isoformat()}" if began is not None else ""
        except OverflowError:
            return ""


def named(hearing: Hearing, kept: bytes | None) -> bytes | None:
    """The name of the session of this link, to be kept for the next one.

    Args:
        hearing: what was said at the start of the link.
        kept: what this function said on the link before.

    Returns:
        None where nothing is known of any session.
    """
    said = hearing.said
    start = _start(said.get(cgm_session_start_time.UUID))
    count = _counted(said.get(cgm_status.UUID), hearing.said_at.get(cgm_status.UUID, 0))
    known = _known(kept)
    began, counted = _beginnings(start, count, hearing.clock.zone)
    if began is None and counted is None:
        return kept
    if known is None or not known.is_of(began, counted):
        told = start.told if start is not None else None
        first = told or datetime.fromtimestamp((counted or 0) / 1000, UTC)
        known = _Name(_to_ten_minutes(first).isoformat())
    if began is not None and began not in known.began:
        known = replace(known, began=[*known.began, began][-_MOST_BEGINNINGS:])
    if known.counted is None:
        known = replace(known, counted=counted)
    return json.dumps(asdict(known)).encode()


def _known(kept: bytes | None) -> _Name | None:
    return None if kept is None else _Name(**json.loads(kept))


def _beginnings(
    start: CgmSessionStartTime | None, counted: tuple[Instant, int] | None, zone: tzinfo
) -> tuple[int | None, int | None]:
    """When a session began, as it was told and by its count of minutes; ms UTC."""
    told = start.told if start is not None else None
    if told is not None and not _FIRST_YEAR < told.year < _LAST_YEAR:
        told = None
    if told is not None:
        told = told if told.tzinfo is not None else told.replace(tzinfo=zone)
    began = None if told is None else (told - _EPOCH.replace(tzinfo=UTC)) // _MS
    if counted is None:
        return began, None
    received, minutes = counted
    return began, received - minutes * 60_000


def _to_ten_minutes(began: datetime) -> datetime:
    in_utc = began.astimezone(UTC) if began.tzinfo is not None else began
    since = _EPOCH.replace(tzinfo=in_utc.tzinfo)
    return since + round((in_utc - since) / _TEN_MINUTES) * _TEN_MINUTES


def _start(data: bytes | None) -> CgmSessionStartTime | None:
    try:
        return CgmSessionStartTime.from_bytes(data or b"")
    except DecodeError:
        return None


def _counted(data: bytes | None, received: Instant) -> tuple[Instant, int] | None:
    try:
        status = CgmStatus.from_bytes(data or b"")
    except DecodeError:
        return None
    stands = Annunciation.SESSION_STOPPED in status.noticed
    return None if stands else (received, status.offset)
