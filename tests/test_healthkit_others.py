"""Hearing tests, prescriptions, records of clinics, electrocardiograms, and what you are."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path

import pytest

from adapters.panel import parted
from tests.fakes_healthkit import Imported, document, record, run, run_entries

DATE = "2026-01-15 10:00:00 +0100"
AT = 1_768_467_600_000
CURVE = [12.5, -265.868, 0.0, 900.001]
HEAD = """Name,Robin Canary
Date of Birth,"Jul 21, 1969"
Recorded Date,{date}
Classification,{said}
Symptoms,
Software Version,2.0
Device,"Watch6,12"
Sample Rate,512 hertz


Lead,Lead I
Unit,\u00b5V

"""
GERMAN = """Name,Robin Canary
Geburtsdatum,21.07.1969
Aufzeichnungsdatum,{date}
Klassifizierung,{said}
Symptome,Schwindel
Softwareversion,"2,0"
Gerät,"Watch6,12"
Abtastrate,511,667 Hertz


Ableitung,Ableitung I
Einheit,µV

"""


def archive(folder: Path, entries: str, files: dict[str, str]) -> Imported:
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("apple_health_export/export.xml", document(entries))
        for name, text in files.items():
            zipped.writestr(f"apple_health_export/{name}", text)
    return run(path)


def ecg(folder: Path, text: str) -> Imported:
    return archive(folder, "", {"electrocardiograms/ecg_2026-01-15.csv": text})


@pytest.mark.parametrize(
    ("head", "said", "word", "comma"),
    [
        (HEAD, "Sinus Rhythm", "sinus-rhythm", False),
        (HEAD, "Atrial Fibrillation", "atrial-fibrillation", False),
        (GERMAN, "Sinusrhythmus", "sinus-rhythm", True),
        (GERMAN, "Vorhofflimmern", "atrial-fibrillation", True),
        (HEAD, "洞調律", "sinus-rhythm", False),
        (HEAD, "words of a language not known here", "words of a language not known here", False),
        (GERMAN, "Πιθανή κολπική μαρμαρυγή", "Πιθανή κολπική μαρμαρυγή", True),
    ],
)
def test_an_electrocardiogram_is_its_curve_and_what_was_said(
    tmp_path: Path, head: str, said: str, word: str, comma: bool
) -> None:
    samples = "".join(f"{value:.3f}\n" for value in CURVE)
    if comma:
        samples = samples.replace(".", ",")
    found = ecg(tmp_path, head.format(date=DATE, said=said) + samples)
    [curve], [says] = found.of("ecg"), found.of("ecg_classification")
    [wave] = [wave for batch in found.batches for wave in batch.waveforms.values()]
    numbers = [
        int.from_bytes(wave.samples[i : i + 4], "little", signed=True) for i in range(0, 16, 4)
    ]
    assert numbers == [12_500, -265_868, 0, 900_001]
    assert (wave.factor, curve[3], says[5]) == ("0.001", AT, word)
    assert wave.period_ms == pytest.approx(1000 / (511.667 if comma else 512))
    assert curve[5] == wave.digest
    everything = repr(found.batches) + repr(found.local) + repr(found.facts) + repr(found.report)
    for secret in ("Robin", "Canary", "1969", "Schwindel"):
        assert secret not in everything


ARABIC = """الاسم,Robin Canary
تاريخ الميلاد,٢١/٧/١٩٦٩
تاريخ التسجيل,\u200f٢٠٢٦-٠١-١٥ ١٠:٠٠:٠٠ +٠١٠٠
التصنيف,إيقاع جيبي
الأعراض,دوار
إصدار البرنامج,٢٫٠
الجهاز,"Watch6,12"
معدل العينة,٥١٢ هرتز

القطب,القطب ١
الوحدة,µV

١٢٫٥٠٠
\u200e\u2212٢٦٥٫٨٦٨
٠
٩٠٠٫٠٠١
"""
GROUPED = GERMAN.format(date=DATE, said="Sinusrhythmus").replace(",", ";").replace("511;667", "512")


@pytest.mark.parametrize(
    ("text", "samples", "said"),
    [
        (ARABIC, [12_500, -265_868, 0, 900_001], "إيقاع جيبي"),
        (GROUPED + "1.265,868\n-12,5\n0\n", [1_265_868, -12_500, 0], "sinus-rhythm"),
        (GROUPED + '"1\u202f265,868";\n"-12,5";\n', [1_265_868, -12_500], "sinus-rhythm"),
    ],
    ids=["digits of another script", "semicolons and thousands", "quoted, with a space"],
)
def test_a_curve_is_read_whatever_the_language(
    tmp_path: Path, text: str, samples: list[int], said: str
) -> None:
    found = ecg(tmp_path, text)
    assert found.report.refused == {}
    [says] = found.of("ecg_classification")
    [wave] = [wave for batch in found.batches for wave in batch.waveforms.values()]
    assert list(struct.unpack(f"<{len(samples)}i", wave.samples)) == samples
    assert (says[3], says[5]) == (AT, said)


@pytest.mark.parametrize("said", ["", "Robin Canary", "of robin canary", "47.37, 8.54", "x" * 200])
def test_what_cannot_be_a_classification_is_not_kept_and_the_curve_is(
    tmp_path: Path, said: str
) -> None:
    found = ecg(tmp_path, HEAD.format(date=DATE, said=said) + "1\n2\n")
    assert len(found.of("ecg")) == 1
    assert found.of("ecg_classification") == []
    assert "anary" not in repr(found.batches)


@pytest.mark.parametrize(
    "text",
    ["", "Name,Robin\n", HEAD.format(date="once", said="x") + "1\n2\n",
     HEAD.format(date=DATE, said="x"), HEAD.format(date=DATE, said="x") + "1\nmany\n",
     HEAD.format(date=DATE, said="x").replace("512", "0000") + "1\n"],
    ids=["empty", "a name alone", "no date", "no samples", "a word among them", "no rate"],
)  # fmt: skip
def test_a_file_that_is_no_electrocardiogram_is_refused(tmp_path: Path, text: str) -> None:
    found = ecg(tmp_path, text)
    assert found.rows == []
    assert sum(found.report.refused.values()) == found.report.entries == 1


def test_a_hearing_test_keeps_masking_and_limits(tmp_path: Path) -> None:
    points = (
        '  <SensitivityPoint frequencyValue="1" frequencyUnit="kHz" leftEarValue="20"'
        ' leftEarUnit="dBHL" rightEarValue="25.5" rightEarUnit="dBHL"/>\n'
        '  <SensitivityPoint frequencyValue="250" frequencyUnit="Hz" leftEarValue="80"'
        ' leftEarUnit="dBHL" leftEarMasked="YES" leftEarClampingRangeLowerBound="-10"'
        ' leftEarClampingRangeUpperBound="80"/>\n'
    )
    [row] = run_entries(
        tmp_path,
        f' <Audiogram type="HKDataTypeIdentifierAudiogram" sourceName="Phone" startDate="{DATE}"'
        f' endDate="{DATE}">\n{points} </Audiogram>\n',
    ).rows
    assert (row[0], row[5]) == ("audiogram", "250=L:80m[-10..80];1000=L:20,R:25.5")


def test_a_prescription_keeps_both_eyes_and_neither_brand_nor_picture(tmp_path: Path) -> None:
    found = run_entries(
        tmp_path,
        f' <VisionPrescription type="Contacts" dateIssued="{DATE}"'
        ' expirationDate="2026-01-16 10:00:00 +0100" brand="Canary">\n'
        '  <RightEye sphere="-1.25" sphereUnit="D" baseCurve="0.86" baseCurveUnit="cm"/>\n'
        '  <LeftEye sphere="-2" sphereUnit="D" axis="90" axisUnit="deg" prismAmount="1"'
        ' prismAmountUnit="prism_diopter"/>\n  <Attachment identifier="Canary"/>\n'
        " </VisionPrescription>\n",
    )
    [row] = found.rows
    assert (row[0], row[4]) == ("contacts_prescription", 86_400_000)
    assert parted(str(row[5])) == {
        "right_sphere": "-1.25",
        "right_base_curve": "8.6",
        "left_sphere": "-2",
        "left_axis": "90",
        "left_prism_amount": "1",
    }
    assert "Canary" not in repr(found.batches) + repr(found.report) + repr(found.facts)
    assert found.report.left_out == {"picture of a prescription": 1}


def clinical(path: str, type_: str = "LabResult") -> str:
    return (
        f' <ClinicalRecord type="HKClinicalTypeIdentifier{type_}Record" identifier="1"'
        ' sourceName="Clinic of Canary" sourceURL="https://canary.invalid" fhirVersion="4.0.1"'
        f' receivedDate="{DATE}" resourceFilePath="/clinical-records/{path}"/>\n'
    )


def test_a_record_of_a_clinic_is_its_file_byte_for_byte(tmp_path: Path) -> None:
    text = json.dumps({"resourceType": "Observation", "valueString": "grüezi"}, ensure_ascii=False)
    found = archive(
        tmp_path,
        clinical("a.json") + clinical("b.json") + clinical("c.json", "Unheard"),
        {"clinical-records/a.json": text, "clinical-records/z.json": "{}"},
    )
    [row] = found.rows
    [kept] = [wave for batch in found.batches for wave in batch.waveforms.values()]
    assert (row[0], row[3], row[5]) == ("clinical_lab_result", AT, kept.digest)
    assert (kept.samples, kept.period_ms) == (text.encode(), 0.0)
    assert "Canary" not in repr(found.batches) + repr(found.report) + repr(found.facts)
    assert ("source_name", "Clinic of Canary") in {(n.what, n.name) for n in found.names}
    assert found.report.clinical == 3
    assert found.report.refused == {
        "record of a clinic whose file is not in the export": 1,
        "type not known to this version": 1,
    }
    assert found.report.left_out == {"file of a clinic that no entry names": 1}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"resourceType": 4}', "\x00", "[" * 100_000])
def test_a_file_that_is_not_fhir_is_refused(tmp_path: Path, text: str) -> None:
    found = archive(tmp_path, clinical("a.json"), {"clinical-records/a.json": text})
    assert found.rows == []
    assert found.report.refused == {"file of a clinic that is not FHIR": 1}


ME = (
    ' <Me HKCharacteristicTypeIdentifierDateOfBirth="1969-07-21"'
    ' HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexOther"'
    ' HKCharacteristicTypeIdentifierBloodType="HKBloodTypeNotSet"'
    ' HKCharacteristicTypeIdentifierCardioFitnessMedicationsUse="None"'
    ' HKCharacteristicTypeIdentifierWheelchairUse="HKWheelchairUseNo"/>\n'
)


def test_what_the_phone_says_of_you_is_read_only_where_you_ask(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    path.write_bytes(document(ME))
    silent, asked = run(path), run(path, about_me=True)
    assert silent.rows == []
    assert "1969" not in repr(silent.local) + repr(silent.batches)
    born = -14_169_600_000
    exported = 1_769_929_200_000
    assert {(row[0], row[3], row[5]) for row in asked.rows} == {
        ("date_of_birth", born, "1969-07-21"),
        ("biological_sex", born, "HKBiologicalSexOther"),
        ("wheelchair_use", exported, "HKWheelchairUseNo"),
    }


def test_a_type_that_nobody_knows_is_kept_as_apple_writes_it(tmp_path: Path) -> None:
    name = "HKQuantityTypeIdentifierOfAYearToCome"
    found = run_entries(
        tmp_path,
        [
            record(name, "12.50", "furlong/min"),
            record("HKCategoryTypeIdentifierNew", "HKCategoryValueNew"),
            record("HKCategoryTypeIdentifierNausea", "HKCategoryValueSeverityOdd"),
            record(name, "my own words", "count"),
        ],
    )
    assert [(row[0], row[5]) for row in found.rows] == [
        ("unknown_in_healthkit", f"{name} 12.50 furlong/min"),
        ("unknown_in_healthkit", "HKCategoryTypeIdentifierNew HKCategoryValueNew"),
        ("nausea", "HKCategoryValueSeverityOdd"),
    ]
    assert found.report.unknown_types == {name: 1, "HKCategoryTypeIdentifierNew": 1}
    assert found.report.refused == {"value not known to this version": 1}


def test_scores_and_moods_are_numbers(tmp_path: Path) -> None:
    found = run_entries(
        tmp_path,
        [
            record("HKScoredAssessmentTypeIdentifierPHQ9", "7", "count"),
            record("HKScoredAssessmentTypeIdentifierGAD7", "4", "count"),
            record("HKDataTypeIdentifierStateOfMind", "-0.35"),
        ],
    )
    assert [(row[0], row[5]) for row in found.rows] == [
        ("phq9_score", 7),
        ("gad7_score", 4),
        ("state_of_mind", -0.35),
    ]
