"""Rows on their way to batches: one set of columns a series."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.healthkit.records import Row, Series
from adapters.reading import Instant, PersonKey, ReadingBatch, Value, Waveform

if TYPE_CHECKING:  # it needs numpy, which only the fast path loads
    from adapters.healthkit.rows import Portion


def _numbers() -> array[int]:
    return array("q")


@dataclass(slots=True)
class _Columns:
    starts: array[Instant] = field(default_factory=_numbers)
    durations: array[int] = field(default_factory=_numbers)
    values: list[Value] = field(default_factory=list)
    decimals: array[int] = field(default_factory=_numbers)
    nths: array[int] = field(default_factory=_numbers)
    flags: array[int] = field(default_factory=_numbers)
    waveforms: dict[str, Waveform] = field(default_factory=dict)


class Columns:
    """Collects the rows of one person, series by series, in the order of the file.

    Attributes:
        rows: how many wait; ``bytes``: of samples and files beside them.
    """

    def __init__(self, person: PersonKey) -> None:
        self.rows = 0
        self.bytes = 0
        self._person = person
        self._series: dict[Series, _Columns] = {}

    def add(self, row: Row, nth: int) -> None:
        """Append one row to its series."""
        columns = self._series.get(row.series)
        if columns is None:
            columns = self._series[row.series] = _Columns()
        columns.starts.append(row.start)
        columns.durations.append(row.duration)
        columns.values.append(row.value)
        columns.decimals.append(row.decimals)
        columns.nths.append(nth)
        columns.flags.append(row.flags)
        self.rows += 1
        if row.waveform is not None:
            columns.waveforms[row.waveform.digest] = row.waveform
            self.bytes += len(row.waveform.samples)

    def extend(self, portion: Portion) -> None:
        """Append many rows of one shape."""
        shape = portion.shape
        columns = self._series.get(shape.series)
        if columns is None:
            columns = self._series[shape.series] = _Columns()
        columns.starts.frombytes(portion.starts.tobytes())
        columns.durations.frombytes(portion.durations.tobytes())
        columns.values += portion.values
        columns.decimals.frombytes(portion.decimals.tobytes())
        columns.nths.frombytes(portion.nths.tobytes())
        columns.flags.extend(array("q", [shape.flags]) * len(portion))
        self.rows += len(portion)

    def batches(self) -> list[ReadingBatch]:
        """Everything collected so far, a batch a series; the columns are empty afterwards."""
        taken, self._series, self.rows, self.bytes = self._series, {}, 0, 0
        return [
            ReadingBatch(
                person=self._person,
                kind=series.kind,
                device=series.device,
                source=series.source,
                starts=columns.starts,
                durations=columns.durations,
                values=columns.values,
                decimals=columns.decimals,
                nths=columns.nths,
                flags=columns.flags,
                waveforms=columns.waveforms,
                written=series.unit,
            )
            for series, columns in taken.items()
        ]
