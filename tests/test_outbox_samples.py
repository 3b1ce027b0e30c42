"""Samples take the same road as numbers: stored once, shared under consent, sent whole."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from adapters.kinds import kind
from adapters.reading import Category, Reading, batches, waveform
from gateway.sharing import offer
from scripts.sandbox_server import Sandbox
from tests.fakes_consent import ADA, HOUR, NOON
from tests.sandbox import sandbox
from tests.sharing_home import RADIO, STRAP, SharingHome, fetch

__all__ = ["sandbox"]
pytestmark = pytest.mark.server
SAMPLES = [12, -7, 0, 311, 1024, -2]


async def test_an_electrocardiogram_arrives_with_every_sample(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    wave = waveform(1000 / 130, "1", struct.pack("<6i", *SAMPLES))
    reading = Reading(kind("ecg"), NOON + 1000, Category(wave.digest), duration=46, waveform=wave)
    async with SharingHome(tmp_path) as home:
        clinic = home.add_recipient(sandbox.base)
        home.grant(clinic, "ecg")
        home.readings.take_in(
            batches(ADA, STRAP, RADIO, [reading]), at=home.now, source="ble", simulated=True
        )
        home.now += HOUR
        report = await home.upload()
        patient = home.recipients.get(clinic.key).patient
    found = await fetch(sandbox.base, f"Observation?patient={patient}")
    (told,) = [entry["resource"] for entry in found["entry"]]

    assert report.sent == 1
    assert list(map(int, told["valueSampledData"]["data"].split())) == SAMPLES
    assert told["valueSampledData"]["origin"]["code"] == "uV"
    assert told["valueSampledData"]["period"] == wave.period_ms


async def test_a_summary_of_samples_is_not_made(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offer, "has_summaries", lambda _: True)  # as it once could be agreed to
    wave = waveform(4.0, "1", struct.pack("<6i", *SAMPLES))
    reading = Reading(kind("ecg"), NOON + 1000, Category(wave.digest), duration=24, waveform=wave)
    async with SharingHome(tmp_path) as home:
        clinic = home.add_recipient(sandbox.base)
        home.grant(clinic, "ecg", grain="hour")
        home.readings.take_in(
            batches(ADA, STRAP, RADIO, [reading]), at=home.now, source="ble", simulated=True
        )
        home.now += 3 * HOUR
        report = await home.upload()

    assert report.sent == 0
