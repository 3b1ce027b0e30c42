"""The session of a sensor under the skin: when its minutes began, and what it measures in.

Sensors bear no clock: a measurement says how many minutes after the beginning it was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from adapters.ble.characteristics import cgm_feature, cgm_session_start_time, cgm_status
from adapters.ble.characteristics.cgm_feature import CgmFeature
from adapters.ble.characteristics.cgm_session_start_time import CgmSessionStartTime
from adapters.ble.characteristics.cgm_status import Annunciation, CgmStatus
from adapters.ble.device_clock import DRIFT_WITHIN, DeviceClock
from adapters.ble.formats.sample import SampleSite, SampleType
from adapters.errors import DecodeError
from adapters.reading import Instant, Quality

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # times of day without a zone are counted from it
_TEN_MINUTES = timedelta(minutes=10)


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
            said.get(one.UUID) for one in (cgm_feature, cgm_session_start_time, cgm_status)
        )
        if seen == self._seen:
            return
        self._seen = seen
        feature, start, status = seen
        self._take_feature(feature)
        self._start = _start(start)
        self._counted = _counted(status, received)
        self._is_off = self._stands_off(zone)

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

        Whenever an app sets a sensor's time, the beginning of its session is worked out anew: a
        second earlier or later, or in another zone. It is the same session to ten minutes in UTC;
        no sensor is ready for another one so soon. Where the session has no time of its own there
        is no identity: the next one would count the same minutes.
        """
        began = self._start.told if self._start is not None else None
        try:
            return f"{offset}@{_to_ten_minutes(began).isoformat()}" if began is not None else ""
        except OverflowError:
            return ""


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
