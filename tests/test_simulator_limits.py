"""What does not fit into a scenario is refused at once, and what fits can be sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.simulator.device_time import NEVER_SET
from adapters.simulator.emissions import emissions
from adapters.simulator.errors import ScenarioRefused
from adapters.simulator.making import made
from adapters.simulator.scenario import SENSORS, read
from adapters.simulator.sensor import Limits, Moment, Sensor
from adapters.simulator.turns import turns

PERCENT = (0.0, 100.0)
STRAP = 'id = "s"\nmodel = "heart-rate-strap"\n'
CUFF = 'id = "c"\nmodel = "blood-pressure-cuff"\n'


def scenario(device: str, top: str = "") -> str:
    return f'title = "x"\nduration_s = 13\n{top}\n[[device]]\n{device}'


def rate(shape: str) -> str:
    return f"{STRAP}values.heart_rate = {{{shape}}}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (scenario(rate('shape = "constant", value = 1e99')), "value: .*less than or equal"),
        (scenario(rate('shape = "constant", value = 65536')), "values.heart_rate must stay from 0"),
        (scenario(rate('shape = "constant", value = nan')), "value: .*finite"),
        (scenario(rate('shape = "constant", value = inf')), "value: .*finite"),
        (scenario(rate('shape = "constant", value = 60, noise = 1e9')), "noise of values"),
        (scenario(rate('shape = "sine", mean = 60, swing = 61, period_s = 9')), "must stay from 0"),
        (scenario(rate('shape = "steps", values = [60], each_s = 1e-320')), "each_s"),
        (scenario(rate('shape = "count", start = 5, upto = 4')), "upto must not be below start"),
        (scenario(STRAP + "values.battery = {shape = 'constant', value = 101}"), "values.battery"),
        (scenario(STRAP + "every_s = 1e-9"), "every_s"),
        (scenario(STRAP + "rate_hz = 1e-320"), "rate_hz"),
        (scenario(STRAP + "at_s = [1e99]"), "at_s"),
        (scenario(STRAP + "window_s = nan"), "window_s"),
        (scenario(STRAP + "clock_error_s = 99999999999999"), "clock_error_s"),
        (scenario(STRAP + 'name = "' + "é" * 300 + '"'), "name: it must have 248 bytes"),
        (scenario(STRAP + 'serial = "' + "9" * 65 + '"'), "serial: it must have 64 bytes"),
        (scenario(STRAP + f"rssi = {'9' * 5000}"), "it is not TOML"),
        (scenario(STRAP + f"rssi = 0x{'9' * 5000}"), "a longer number"),
        (scenario(STRAP + 'faults = [{what = "bad-frame", at_s = 1, count = 999999999}]'), "count"),
        (scenario(STRAP + 'faults = [{what = "clock-step", at_s = 1, by_s = 1e15}]'), "by_s"),
        (scenario(STRAP, "begins = 9999-12-31T23:59:59"), "begins: .*2000 to 2099"),
        (scenario(CUFF + "options = {people = [0, 300]}"), "options.people must be from 0 to 254"),
        (scenario(CUFF + 'options = {people = ["Ada"]}'), "options.people must be written like"),
        (scenario('id = "g"\nmodel = "glucose-sensor"\noptions.saving = 3'), "must be one of"),
        (
            scenario(STRAP + 'address = "C0:00:00:00:00:01"\n[[device]]\n' + CUFF
                     + 'address = "C0:00:00:00:00:01"'),
            "'s' and 'c' have one address",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_place(text: str, why: str) -> None:
    with pytest.raises(ScenarioRefused, match=why) as refused:
        read(text)
    assert len(str(refused.value)) < 600


def _numbers(sensor: Sensor) -> Iterator[str]:
    """The options of a model that are numbers."""
    for name, said in sensor.options.items():
        every = said if isinstance(said, list | tuple) else [said]
        if any(isinstance(one, int) and not isinstance(one, bool) for one in every):
            yield name


@pytest.mark.parametrize("key", SENSORS)
def test_every_number_of_a_model_has_its_limits(key: str) -> None:
    sensor = SENSORS[key]
    assert {*sensor.values, *_numbers(sensor)} - {"battery"} == set(sensor.limits)
    for name, shape in sensor.values.items():
        low, high = min(sensor.limits.get(name, PERCENT)), max(sensor.limits.get(name, PERCENT))
        assert all(low <= one <= high for one in shape.reaches()), name


@pytest.mark.parametrize("key", SENSORS)
@pytest.mark.parametrize("end", ["lowest", "highest"])
def test_what_is_at_its_limit_can_be_measured_and_sent(key: str, end: str) -> None:
    sensor = SENSORS[key]

    def at(limits: Limits) -> float:
        return float(min(limits) if end == "lowest" else max(limits))

    said = "".join(
        f'values.{name} = {{shape = "constant", value = {at(sensor.limits.get(name, PERCENT))}, '
        "noise = 1}\n"
        for name in sensor.values
    )
    for name in _numbers(sensor):
        if name != "records":  # many thousands take long to make up
            one = int(at(sensor.limits[name]))
            listed = isinstance(sensor.options[name], list | tuple)
            said += f"options.{name} = {[one] if listed else one}\n"
    year = "2000" if end == "lowest" else "2099"
    said += f"clock_error_s = {-315360000 if end == 'lowest' else 315360000}\n"
    device = f'id = "d"\nmodel = "{key}"\nevery_s = 4\n{said}'
    whole = read(scenario(device, f"begins = {year}-01-01T00:00:00"))
    list(emissions(whole, whole.device[0]))  # it is made, and measures, without an error


def test_a_strap_that_measures_after_a_year_is_done_at_once() -> None:
    whole = read(scenario(STRAP + "at_s = [31500000]").replace("duration_s = 13\n", ""))
    found = (one for one in turns(whole, whole.device[0]) if isinstance(one[1], Moment))
    at_ms, due = next(found)
    assert at_ms == 31_500_000_000
    assert isinstance(due, Moment)
    instrument, _ = made(whole, whole.device[0], lambda: NEVER_SET, lambda _uuid: True)
    assert list(instrument.measure(due))
