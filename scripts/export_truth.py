"""The truth about an export: what an importer must count, and refuse, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from scripts.export_history import Bout, Sample
from scripts.export_rare import NOT_KNOWN, rare_types

NOT_OVER: Final = "rings of a day that was not over"
NO_FILE: Final = "record of a clinic whose file is not in the export"
_MAIN: Final = {
    "HeartRate": "heart_rate",
    "RestingHeartRate": "resting_heart_rate",
    "WalkingHeartRateAverage": "walking_heart_rate",
    "HeartRateVariabilitySDNN": "heart_rate_variability",
    "OxygenSaturation": "oxygen_saturation",
    "RespiratoryRate": "respiratory_rate",
    "VO2Max": "vo2_max",
    "BodyTemperature": "body_temperature",
    "BodyMass": "body_weight",
    "Height": "body_height",
    "BodyMassIndex": "body_mass_index",
    "BodyFatPercentage": "body_fat_percentage",
    "BloodGlucose": "blood_glucose",
    "StepCount": "step_count",
    "DistanceWalkingRunning": "walking_running_distance",
    "FlightsClimbed": "flights_climbed",
    "ActiveEnergyBurned": "active_energy",
    "BasalEnergyBurned": "basal_energy",
    "AppleExerciseTime": "exercise_time",
    "EnvironmentalAudioExposure": "sound_level",
    "DietaryWater": "dietary_water",
    "DietaryEnergyConsumed": "dietary_energy",
    "DietaryProtein": "dietary_protein",
    "DietaryCarbohydrates": "carbohydrate_intake",
    "DietaryFatTotal": "dietary_fat_total",
    "SleepAnalysis": "sleep_stage",
    "MindfulSession": "mindful_session",
}
_CLINICS: Final = {
    "Observation": "clinical_lab_result",
    "AllergyIntolerance": "clinical_allergy",
    "Immunization": "clinical_immunization",
}
_SEVERAL: Final = "SwimBikeRun"


def kind_of(type_: str) -> str:
    """The kind that a type becomes."""
    if type_ == NOT_KNOWN:
        return "unknown_in_healthkit"
    rare = rare_types().get(type_)
    return rare.kind if rare else _MAIN[type_.partition("Identifier")[2]]


@dataclass(slots=True)
class Truth:
    """What an importer must count.

    Attributes:
        entries: measurements at the top level, and electrocardiograms.
        beside: readings of an entry beside its first.
        types: how many records of each of Apple's types stand at the top level.
        refused: reason -> how many entries become no reading.
        left_out: what else is not read -> how many.
    """

    entries: int = 0
    beside: int = 0
    duplicate: int = 0
    parts: int = 0
    unknown_types: int = 0
    workouts: int = 0
    routes: int = 0
    positions: int = 0
    ecgs: int = 0
    clinical: int = 0
    damaged: int = 0
    by_hand: int = 0
    cut_short: bool = False
    kinds: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    def record(self, sample: Sample, *, by_hand: bool) -> None:
        """A record of the top level, which becomes a reading; its beats are one beside it."""
        self.types[sample.type] += 1
        self.made(kind_of(sample.type))
        self.unknown_types += sample.type == NOT_KNOWN
        self.by_hand += by_hand
        if sample.beats:
            self._beside("heart_beats", 1)

    def made(self, kind: str) -> None:
        """An entry that becomes a reading."""
        self.entries += 1
        self.kinds[kind] += 1

    def refuse(self, reason: str) -> None:
        """An entry that becomes none."""
        self.entries += 1
        self.refused[reason] += 1

    def workout(self, bout: Bout) -> None:
        """A workout with its totals, a lap, a pause and its end, and its parts."""
        self.workouts += 1
        self.made("workout")
        several = bout.sport == _SEVERAL
        self._beside("workout_statistics", 3 if several else 1)
        self._beside("workout_event", 3)
        if several:
            self._beside("workout_part", 2)

    def ecg(self) -> None:
        """An electrocardiogram: the curve, and what the watch said."""
        self.ecgs += 1
        self.made("ecg")
        self._beside("ecg_classification", 1)

    def clinic(self, path: str, *, missing: bool) -> None:
        """An entry of a clinic's record."""
        self.clinical += 1
        if missing:
            self.refuse(NO_FILE)
        else:
            self.made(_CLINICS[path.rpartition("/")[2].partition("-")[0]])

    def as_dict(self) -> dict[str, Any]:
        """With the sum of all readings."""
        names = {name: getattr(self, name) for name in self.__slots__}
        counters = {
            name: dict(sorted(count.items()))
            for name, count in names.items()
            if isinstance(count, Counter)
        }
        counters["left_out"] = {what: n for what, n in self.left_out.items() if n}
        return {"rows": self.kinds.total(), **names, **counters}

    def _beside(self, kind: str, count: int) -> None:
        self.beside += count
        self.kinds[kind] += count
