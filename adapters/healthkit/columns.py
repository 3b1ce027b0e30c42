"""Rows on their way to batches: one set of columns a series."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.healthkit.records import Row, Series
from adapters.reading import Instant, PersonKey, ReadingBatch, Value, Waveform

if TYPE_CHECKING:  # it needs numpy, which only the fast path loads
    from adapters.healthkit.rows import Portion


@dataclass(slots=True)
class _Columns:
    starts: list[Instant] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    decimals: list[int] = field(default_factory=list)
    nths: list[int] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)
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
        columns.starts += portion.starts
        columns.durations += portion.durations
        columns.values += portion.values
        columns.decimals += portion.decimals
        columns.nths += portion.nths
        columns.flags += [shape.flags] * len(portion.starts)
        self.rows += len(portion.starts)

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
