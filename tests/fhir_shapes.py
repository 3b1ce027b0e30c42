"""One example of every shape that an Observation of ours can have, by name."""

from __future__ import annotations

import struct
from dataclasses import replace

from adapters.kinds import Kind, all_kinds, kind
from adapters.reading import (
    PLACES,
    Absence,
    Quality,
    Value,
    Waveform,
    as_flags,
    waveform,
)
from fhir_mappings import systems
from fhir_mappings.outgoing import Outgoing
from fhir_mappings.shape import Shape
from fhir_mappings.table import row_of

AT = 1_795_304_415_250
"""2026-11-21T23:40:15.250Z"""

ISSUED = AT + 61_000

STRAP = Shape(
    kind=kind("heart_rate"),
    subject="Patient/p1",
    device="Device/strap",
    gateway_device="Device/gateway",
    identifier_system="https://gateway.example/readings",
    adapter="ble",
    simulated=False,
    body_site="chest",
    profiles=(
        systems.VITAL_SIGNS,
        systems.PHD_NUMERIC,
        systems.PHD_COMPOUND,
        systems.PHD_CODED,
        systems.PHD_RTSA,
    ),
)
PGHD_HEART_RATE = systems.PHR + "StructureDefinition/pghd-heartrate"
PHONE = replace(STRAP, device="Device/watch", adapter="healthkit", body_site="", profiles=())
SPOT_CHECK = Quality(as_flags(Quality.NONE, "", "spot check"))
SENSOR = replace(STRAP, device="Device/sensor", body_site="")


def one(
    shape: Shape,
    value: Value,
    *,
    decimals: int = 0,
    duration: int = 0,
    flags: Quality = Quality.NONE,
    where: str = "",
    waves: tuple[Waveform, ...] = (),
    members: tuple[str, ...] = (),
    derived: tuple[str, ...] = (),
) -> tuple[Outgoing, Shape]:
    """One reading of a shape."""
    outgoing = Outgoing(
        kind=shape.kind,
        starts=[AT],
        durations=[duration],
        values=[value],
        decimals=[decimals],
        flags=[int(flags) | PLACES.index(where) << 24],
        ids=["k4Jd_0-example-identifier"],
        issued=ISSUED,
        waveforms={wave.digest: wave for wave in waves},
        members=[members] if members else (),
        derived=[derived] if derived else (),
    )
    return outgoing, shape


def a_value_of(name: Kind) -> Value:
    """Any value of a kind; of a waveform, the digest of `WAVE`."""
    known = all_kinds()[name]
    word = next(iter(row_of(name).values), "")
    parts = "|".join(["120"] * len(known.components))
    values: dict[str, str] = {"components": parts, "category": word, "waveform": WAVE.digest}
    return values.get(known.shape, 36)


def only_bluetooth(name: Kind) -> bool:
    """Whether no code outside MDC says what it is, so that no other source can have measured it."""
    row = row_of(name)
    return all(coding.system == systems.MDC for coding in (row.code, *row.also, *row.healthkit))


def _of(shape: Shape, name: str, **changes: object) -> Shape:
    return replace(shape, kind=kind(name), **changes)  # type: ignore[arg-type]  # by name


WAVE = waveform(1000 / 128, "0.5", struct.pack("<6i", 12, -7, 0, 311, 1024, -2))
"""Six samples at 128 Hz."""

ALL_DOUBTS = ~Quality.NOT_A_MEASUREMENT & Quality(sum(Quality))

EXAMPLES: dict[str, tuple[Outgoing, Shape]] = (
    {
        "quantity-instant": one(STRAP, 72),
        "quantity-instant-optical": one(replace(STRAP, body_site="wrist"), 72),
        "quantity-instant-site-not-known": one(replace(STRAP, body_site="somewhere"), 72),
        "quantity-digits": one(_of(STRAP, "body_temperature", body_site="mouth"), 36.6, decimals=2),
        "quantity-period": one(_of(PHONE, "step_count"), 112, duration=600_000),
        "quantity-absent": one(STRAP, "absent:not-a-number"),
        "quantity-simulated": one(replace(STRAP, simulated=True), 72),
        "quantity-no-skin-contact": one(STRAP, 72, flags=Quality.NO_SKIN_CONTACT),
        "quantity-every-doubt": one(STRAP, 72, flags=ALL_DOUBTS),
        "quantity-entered-by-hand": one(
            _of(PHONE, "body_weight"), "81.25", decimals=2, flags=Quality.ENTERED_BY_HAND
        ),
        "quantity-no-claims": one(replace(STRAP, profiles=()), 72),
        "quantity-us-core": one(
            replace(STRAP, profiles=(systems.US_CORE + "StructureDefinition/us-core-heart-rate",)),
            72,
        ),
        "quantity-two-loincs": one(_of(STRAP, "oxygen_saturation", body_site="finger"), 97),
        "samples": one(_of(STRAP, "ecg"), WAVE.digest, duration=47, waves=(WAVE,)),
        "samples-healthkit": one(_of(PHONE, "ecg"), WAVE.digest, duration=47, waves=(WAVE,)),
        "samples-absent": one(_of(STRAP, "ecg"), "absent:error", duration=47),
        "group": one(
            _of(PHONE, "workout"),
            "running",
            duration=2_400_000,
            members=("Observation/1", "Observation/2"),
        ),
        "group-of-a-session": one(
            _of(SENSOR, "activity_session"),
            "walking",
            duration=2_400_000,
            members=("Observation/1", "Observation/2"),
        ),
        "group-of-a-session-set-right": one(
            _of(SENSOR, "activity_session", clock="Observation/look-1"),
            "walking",
            duration=2_400_000,
            flags=Quality.CLOCK_CORRECTED,
            members=("Observation/1", "Observation/2"),
        ),
        "group-of-components": one(
            _of(SENSOR, "blood_pressure"), "120|80", members=("Observation/1",)
        ),
        "quantity-hour-mean-derived": one(
            replace(STRAP, grain="hour"),
            71.5,
            decimals=1,
            duration=3_600_000,
            derived=("Observation/1", "Observation/2", "Observation/3"),
        ),
        "quantity-day-summary": one(
            replace(STRAP, grain="day"), "71.5|58|96|240", duration=86_400_000
        ),
        "quantity-day-summary-derived": one(
            replace(STRAP, grain="day"),
            "71.5|58|96|240",
            duration=86_400_000,
            derived=("Observation/1",),
        ),
        "quantity-day-sum": one(
            _of(PHONE, "step_count", grain="day"), "8123|412", duration=86_400_000
        ),
        "quantity-local-day-sum-of-several": one(
            _of(PHONE, "step_count", grain="local_day", also_counted=True),
            "8123|412",
            duration=82_800_000,
        ),
        "quantity-clock-set-right": one(
            replace(STRAP, clock="Observation/look-1"), 72, flags=Quality.CLOCK_CORRECTED
        ),
        "quantity-minute-mean": one(
            replace(STRAP, grain="minute"), 71.5, decimals=1, duration=60_000
        ),
        "quantity-amended": one(replace(STRAP, status="amended"), 74),
        "quantity-corrected": one(replace(STRAP, status="amended", corrected=True), 74),
        "quantity-entered-in-error": one(replace(STRAP, status="entered-in-error"), "absent:error"),
        "quantity-no-device": one(_of(PHONE, "active_energy", device=""), 12.5, decimals=1),
        "breath-carbon-monoxide": one(_of(STRAP, "breath_carbon_monoxide", body_site=""), 7),
        "breath-carbon-monoxide-snomed": one(
            _of(STRAP, "breath_carbon_monoxide", body_site="", permits=frozenset({systems.SNOMED})),
            7,
        ),
        "body-site-snomed": one(replace(STRAP, permits=frozenset({systems.SNOMED})), 72),
        "quantity-phone-pghd": one(
            _of(PHONE, "heart_rate", profiles=(systems.VITAL_SIGNS, PGHD_HEART_RATE)), 72
        ),
        "components": one(_of(STRAP, "blood_pressure", body_site="arm"), "120|80.5"),
        "components-one-absent": one(_of(STRAP, "blood_pressure"), "120|absent:not-a-number"),
        "components-all-absent": one(_of(STRAP, "blood_pressure"), "absent:error"),
        "components-healthkit": one(_of(PHONE, "blood_pressure"), "118|77"),
        "category": one(_of(PHONE, "sleep_stage"), "asleep-deep", duration=1_800_000),
        "category-loinc": one(_of(PHONE, "workout"), "running", duration=2_400_000),
        "category-absent": one(_of(PHONE, "sleep_stage"), "absent:unknown", duration=1_800_000),
        "components-optional": one(_of(SENSOR, "blood_pressure"), "120|80|93"),
        "components-optional-absent": one(
            _of(SENSOR, "blood_pressure"), "120|80|absent:not-a-number", flags=Quality.LOOSE
        ),
        "category-mdc": one(_of(SENSOR, "glucose_meal"), "after-meal"),
        "category-other-system": one(_of(SENSOR, "glucose_meal"), "bedtime"),
        "quantity-pulse": one(_of(SENSOR, "pulse_rate", body_site="finger"), 61),
        "quantity-mdc-alone": one(_of(SENSOR, "machine_distance"), 1200),
        "quantity-glucose-sensor": one(
            _of(
                SENSOR, "interstitial_glucose", profiles=(systems.CGM_READING, systems.PHD_NUMERIC)
            ),
            104,
            where="interstitial fluid",
        ),
        "quantity-glucose-sensor-other-sample": one(
            _of(
                SENSOR, "interstitial_glucose", profiles=(systems.CGM_READING, systems.PHD_NUMERIC)
            ),
            104,
            where="venous plasma",
        ),
        "quantity-sample": one(
            _of(SENSOR, "blood_glucose"),
            95,
            flags=Quality.VALUE_AS_CONVERTED,
            where="capillary plasma",
        ),
        "quantity-sample-not-said": one(_of(SENSOR, "blood_glucose"), 95),
        "quantity-place-of-the-reading": one(
            _of(SENSOR, "body_temperature", body_site="mouth"), 36.6, decimals=1, where="ear"
        ),
        "quantity-place-without-a-code": one(
            _of(SENSOR, "body_temperature", permits=frozenset({systems.SNOMED})),
            36.6,
            decimals=1,
            where="forehead",
        ),
        "quantity-place-that-says-nothing": one(
            _of(SENSOR, "body_temperature"), 36.6, decimals=1, where="body"
        ),
        "quantity-cuff-pulse": one(_of(SENSOR, "heart_rate"), 66, where="arm"),
        "quantity-period-bluetooth": one(_of(SENSOR, "carbohydrate_intake"), 45, duration=60_000),
        "quantity-early-amended": one(
            replace(STRAP, status="amended"), 74, flags=Quality.NOT_SETTLED
        ),
        "quantity-spot-check": one(
            replace(_of(SENSOR, "oxygen_saturation"), profiles=(systems.PHD_NUMERIC,)),
            97,
            flags=SPOT_CHECK,
        ),
        "quantity-spot-check-vital-sign": one(
            _of(SENSOR, "oxygen_saturation"), 97, flags=SPOT_CHECK
        ),
        "quantity-situation": one(
            _of(PHONE, "blood_glucose"),
            104,
            flags=Quality(as_flags(Quality.ENTERED_BY_HAND, "", "before a meal")),
        ),
        "category-symptom": one(_of(PHONE, "headache"), "moderate", duration=3_600_000),
        "category-apple-alone": one(_of(PHONE, "contraceptive"), "oral"),
        "category-ecg": one(_of(PHONE, "ecg_classification"), "sinus-rhythm", duration=30_000),
        "quantity-nutrient": one(_of(PHONE, "dietary_vitamin_b12"), 2.4, decimals=1),
        "quantity-absent-and-doubted": one(STRAP, "absent:error", flags=Quality.POOR_SIGNAL),
    }
    | {
        f"absent-{reason.value}": one(_of(SENSOR, "oxygen_saturation"), f"absent:{reason.value}")
        for reason in Absence
    }
    | {
        f"doubt-{bit.name.lower().replace('_', '-')}": one(STRAP, 72, flags=bit)
        for bit in Quality
        if bit and bit.name and bit is not Quality.NOT_A_MEASUREMENT
    }
)
