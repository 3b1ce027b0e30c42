"""The same reading printed in another unit of the phone is known; another reading is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.kinds import Kind, kind, row_of
from adapters.reading import DeviceKey, PersonKey, ReadingBatch, SourceKey, Value
from adapters.units import conversion_from, conversions
from gateway.store.intake import TakenIn
from tests.fakes_healthkit import document, record
from tests.fakes_web import Furnished
from tests.import_house import bring_in, importing_home, stored

MOLAR = "mmol<180.1558800000541>/L"
UNITS = {
    kind("body_weight"): {"kg": (1.0, 0.0), "lb": (1 / 0.45359237, 0.0), "st": (1 / 6.35029318, 0)},
    kind("walking_running_distance"): {"km": (1.0, 0.0), "mi": (1 / 1.609344, 0.0)},
    kind("body_temperature"): {"degC": (1.0, 0.0), "degF": (1.8, 32.0)},
    kind("active_energy"): {"kcal": (1.0, 0.0), "kJ": (4.184, 0.0)},
    kind("blood_glucose"): {"mg/dL": (1.0, 0.0), MOLAR: (1 / 18.01558800000541, 0.0)},
}
"""Of each kind: the units of a phone, as `(times, plus)` from the kind's own."""

Print = Callable[[float], str]


def places(count: int) -> Print:
    return lambda number: _stripped(f"{number:.{count}f}")


def digits(count: int) -> Print:
    return lambda number: _stripped(f"{Decimal(f'{number:.{count - 1}e}'):f}")


def noise(number: float) -> str:
    return f"{number:.20f}"


def whole_double(number: float) -> str:
    return repr(number) if abs(number) >= 1e-4 else f"{number:.17f}"


def _stripped(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


PRINTS = [*(places(n) for n in range(6)), *(digits(n) for n in (6, 9, 15)), whole_double, noise]


@contextmanager
def _home() -> Iterator[Furnished]:
    with TemporaryDirectory() as folder:
        home = importing_home(Path(folder, "home"))
        yield home
        home.house.close()


@pytest.fixture(scope="module")
def home() -> Iterator[Furnished]:
    with _home() as made:
        yield made


class Series:
    """A series of its own, into which printed numbers of one instant come."""

    count = 0

    def __init__(self, home: Furnished, of: Kind) -> None:
        Series.count += 1
        self.of, self.home = of, home
        self.device = DeviceKey(f"d{Series.count:019}")

    def take_whole(self, units: str, texts: list[str]) -> TakenIn:
        """One reading whose parts are these, each in the unit that fits it."""
        names = {"food": ["dietary_energy", "dietary_fat_total"]}.get(self.of, ["", ""])
        kept_in = ["kcal", "g"] if names[0] else ["mm[Hg]"] * 2
        parts = []
        for name, unit, text in zip(names, kept_in, texts, strict=False):
            [conversion] = (
                conversions()[unit][one] for one in units.split() if one in conversions()[unit]
            )
            parts.append(f"{name}={conversion.digits(text)}" if name else conversion.digits(text))
        parts += ["absent:unknown"] * (2 - len(parts)) if not names[0] else []
        return self._take(units, ["|".join(parts)], [0])

    def take(self, unit: str, texts: list[str]) -> TakenIn:
        conversion = conversion_from(conversions()[row_of(self.of).unit], unit)
        values, decimals = zip(*map(conversion.stored, texts), strict=True)
        return self._take(unit, values, decimals)

    def _take(self, unit: str, values: Sequence[Value], decimals: Sequence[int]) -> TakenIn:
        nths = [values[:i].count(value) for i, value in enumerate(values)]
        batch = ReadingBatch(
            PersonKey(self.home.person), self.of, self.device, SourceKey("healthkit"),
            [1_000] * len(values), [0] * len(values), values, decimals, nths, [0] * len(values),
            written=unit,
        )  # fmt: skip
        taken = self.home.house.readings.take_in([batch], at=1, source="healthkit", simulated=False)
        assert taken.rows == taken.new + taken.known + taken.changed
        return taken


def printed(of: Kind, unit: str, how: Print, number: float) -> str:
    times, plus = UNITS[of][unit]
    return how(number * times + plus)


def step(of: Kind, unit: str, text: str) -> float:
    """What the last place of a printed number is worth, in the unit of the kind."""
    _, _, behind = text.partition(".")
    return float(10.0 ** -len(behind) / UNITS[of][unit][0])


@st.composite
def two_exports(draw: st.DrawFn) -> tuple[Kind, str, Print, str, Print]:
    of = draw(st.sampled_from(list(UNITS)))
    first, second = draw(st.permutations(list(UNITS[of])).map(lambda units: units[:2]))
    return of, first, draw(st.sampled_from(PRINTS)), second, draw(st.sampled_from(PRINTS))


@settings(max_examples=400, deadline=None)
@given(
    exports=two_exports(),
    number=st.floats(0, 9_999).map(lambda x: round(x, 4)),
    again=st.booleans(),
)
def test_a_reading_printed_in_another_unit_is_known(
    home: Furnished, exports: tuple[Kind, str, Print, str, Print], number: float, again: bool
) -> None:
    of, first, how, second, otherwise = exports
    series = Series(home, of)
    assert series.take(first, [printed(of, first, how, number)]).new == 1
    for _ in range(1 + again):
        assert series.take(second, [printed(of, second, otherwise, number)]).new == 0
    assert series.take(first, [printed(of, first, how, number)]).known == 1


@settings(max_examples=400, deadline=None)
@given(
    exports=two_exports(),
    numbers=st.lists(st.floats(1, 500).map(lambda x: round(x, 2)), min_size=2, max_size=4),
)
def test_several_of_one_instant_are_as_many_in_another_unit(
    home: Furnished, exports: tuple[Kind, str, Print, str, Print], numbers: list[float]
) -> None:
    of, first, how, second, otherwise = exports
    series = Series(home, of)
    assert series.take(first, [printed(of, first, how, one) for one in numbers]).new == len(numbers)
    assert series.take(second, [printed(of, second, otherwise, one) for one in numbers]).new == 0


@settings(max_examples=400, deadline=None)
@given(
    exports=two_exports(),
    number=st.floats(1, 500).map(lambda x: round(x, 2)),
    other=st.floats(1, 500).map(lambda x: round(x, 2)),
    beside=st.booleans(),
)
def test_another_reading_is_new_however_near(
    home: Furnished,
    exports: tuple[Kind, str, Print, str, Print],
    number: float,
    other: float,
    beside: bool,
) -> None:
    """Another one lies farther away than the digits leave in doubt; or both are in the export."""
    of, first, how, second, otherwise = exports
    series = Series(home, of)
    one = printed(of, first, how, number)
    two, three = (printed(of, second, otherwise, each) for each in (number, other))
    series.take(first, [one])
    if beside and two != three and one != printed(of, first, how, other):
        assert series.take(second, [two, three]).new == 1
    elif abs(number - other) > step(of, first, one) + step(of, second, three):
        assert series.take(second, [three]).new == 1


@pytest.mark.parametrize(
    ("of", "unit", "text", "other_unit", "same", "another"),
    [
        ("walking_running_distance", "mi", "1", "km", "1.6", "2.5"),
        ("walking_running_distance", "km", "1", "mi", "0.6213711922373339", "2"),
        ("walking_running_distance", "km", "0.1", "mi", "0.06213711922373339", "0.3"),
        ("body_weight", "kg", "70", "lb", "154.3", "156"),
        ("body_weight", "lb", "155", "kg", "70.1", "71.1"),
        ("body_temperature", "degC", "37", "degF", "98.6", "100.1"),
        ("blood_glucose", "mg/dL", "95", MOLAR, "5.3", "5.4"),
    ],
)
def test_of_few_digits_the_doubt_is_half_a_step_of_each(
    home: Furnished, of: str, unit: str, text: str, other_unit: str, same: str, another: str
) -> None:
    series = Series(home, kind(of))
    assert series.take(unit, [text]).new == 1
    assert series.take(other_unit, [another]).new == 1
    assert series.take(other_unit, [same]).new == 0


def test_in_its_own_unit_a_reading_of_other_digits_is_another_one(home: Furnished) -> None:
    series = Series(home, kind("body_weight"))
    series.take("lb", ["154.5"])
    series.take("kg", ["70.1"])
    assert series.take("lb", ["154.6"]).new == 1


@pytest.mark.parametrize(
    ("of", "units", "texts", "other_units", "other"),
    [
        ("food", "g kcal", ["372", "29.6"], "g kJ", ["1556.45", "29.6"]),
        ("food", "kcal oz", ["372", "1.04"], "g kJ", ["1556.448", "29.48"]),
        ("blood_pressure", "mmHg", ["120", "80"], "kPa", ["16", "10.7"]),
    ],
)
def test_a_reading_of_parts_is_known_if_each_part_is(
    home: Furnished, of: str, units: str, texts: list[str], other_units: str, other: list[str]
) -> None:
    series = Series(home, kind(of))
    assert series.take_whole(units, texts).new == 1
    assert series.take_whole(other_units, other).new == 0
    assert series.take_whole(other_units, [other[0], "9" + other[1]]).new == 1
    assert series.take_whole(other_units, [*other[:1]]).new == 1


def test_more_readings_of_an_instant_than_are_asked_for_together_are_paired_once(
    home: Furnished,
) -> None:
    """They lie on both sides of a border between two lots of 250 rows."""
    series = Series(home, kind("active_energy"))
    texts = [str(i) for i in range(1, 261)]
    assert series.take("kcal", texts).new == 260
    assert series.take("kJ", [repr(int(text) * 4.184 + 0.1) for text in texts]).new == 0


def test_a_reading_of_one_digit_is_not_doubled_by_an_export_in_miles(tmp_path: Path) -> None:
    home = importing_home(tmp_path / "home")
    name = "HKQuantityTypeIdentifierDistanceWalkingRunning"
    for unit, value in (("km", "1"), ("mi", "0.6"), ("mi", "0.6213711922373339")):
        (tmp_path / "export.xml").write_bytes(document([record(name, value, unit)]))
        bring_in(home, tmp_path / "export.xml")
        assert [row[5] for row in stored(home)] == [1]
    home.house.close()
