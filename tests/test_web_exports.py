"""Exports by the page and by the watch folder: received as they come, imported, shown again."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from adapters.healthkit.apart import ReaderFailed
from gateway import clock
from gateway.app import House
from gateway.htmlkit import language
from gateway.inbox import inbox_of, offered, received
from gateway.parts.exports import TRIES, Exports
from gateway.settings import Import
from gateway.sharing.offer import allow_collecting
from gateway.status_imports import import_words
from gateway.store.import_runs import ImportRun
from tests.fakes_healthkit import document, make, record
from tests.fakes_web import Furnished, make_home
from tests.import_house import bring_in, importing_home, stored
from tests.web_visitor import Answer, Visitor, visiting

HEART = "HKQuantityTypeIdentifierHeartRate"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    made = importing_home(tmp_path / "home")
    made.know_risks()
    yield made
    made.house.close()


async def sent(visitor: Visitor, content: bytes | AsyncIterator[bytes], token: str) -> Answer:
    with aiohttp.MultipartWriter("form-data") as form:
        form.append(token).set_content_disposition("form-data", name="form_token")
        file = form.append(content)
        file.set_content_disposition(
            "form-data", quote_fields=False, name="export", filename="folder/my export.zip"
        )
        headers = {"Origin": visitor.origin, "Sec-Fetch-Site": "same-origin"}
        to = visitor.origin + "/exports"
        async with visitor.session.post(to, data=form, headers=headers) as answer:
            return Answer(answer.status, await answer.text(), answer.headers, str(answer.url))


async def test_an_export_is_brought_by_the_page(home: Furnished, tmp_path: Path) -> None:
    make(tmp_path / "e.zip", small=True)
    async with visiting(home) as visitor:
        page = await visitor.get("/exports")
        token = dict(page.form.to("/exports"))["form_token"]
        answer = await sent(visitor, (tmp_path / "e.zip").read_bytes(), token)
        assert "Your export is being read" in answer.words
        (waiting,) = received(home.house.path, home.person)
        assert stat.S_IMODE(waiting.stat().st_mode) == 0o600
        assert Exports(home.house).look() == 1
        words = (await visitor.get("/exports")).words
    assert received(home.house.path, home.person) == []
    assert f"{len(stored(home)):,} new readings" in words
    assert "Body weight: 3, 3 of them new" in words
    assert "my export.zip" in words
    assert home.house.local.counts()["file_name"] == 1


async def test_an_import_is_told_in_the_language_of_the_page(
    home: Furnished, tmp_path: Path, german: None
) -> None:
    bring_in(home, written(tmp_path / "e.xml", [record(HEART, "61", "count/min")]))
    async with visiting(home) as visitor:
        visitor.session.headers["Accept-Language"] = "de"
        words = (await visitor.get("/exports")).words
    assert "1 neuer Messwert, 0 schon bekannt, in 0," in words


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    catalogue = Catalog(locale="de")
    catalogue.add(("%s new reading", "%s new readings"), ("%s neuer Messwert", "%s neue Messwerte"))
    catalogue.add(
        "%(new)s, %(known)s known before, in %(seconds)s s.",
        "%(new)s, %(known)s schon bekannt, in %(seconds)s s.",
    )
    folder = tmp_path / "catalogues" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "pages.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(language, "CATALOGUES", tmp_path / "catalogues")
    language.languages.cache_clear()
    language.language.cache_clear()
    yield
    language.languages.cache_clear()
    language.language.cache_clear()


def written(path: Path, entries: list[str]) -> Path:
    path.write_bytes(document(entries))
    return path


async def test_what_can_be_done_about_what_was_left_out_is_said(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", at=clock.now())
    home.know_risks()
    allow_collecting(home.house.ledger, home.person, "healthkit", home.act)
    make(tmp_path / "e.zip", small=True)
    bring_in(home, tmp_path / "e.zip")
    async with visiting(home) as visitor:
        words = (await visitor.get("/exports")).words
    assert "allow routes on the page Share and import the file again" in words
    assert "import --about-me reads that too" in words
    home.house.close()


async def test_what_is_no_export_is_deleted_and_said(home: Furnished) -> None:
    async with visiting(home) as visitor:
        token = dict((await visitor.get("/exports")).form.to("/exports"))["form_token"]
        await sent(visitor, b"PK\x03\x04 nothing of that sort", token)
        assert Exports(home.house).look() == 0
        words = (await visitor.get("/exports")).words
    assert "This archive is damaged." in words
    assert list(inbox_of(home.house.path, home.person).iterdir()) == []


async def test_a_file_is_written_as_it_comes_and_one_without_token_is_not(home: Furnished) -> None:
    folder = inbox_of(home.house.path, home.person)
    sizes: list[int] = []

    async def slowly() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield b"x" * 2**20
            sizes.append(sum(one.stat().st_size for one in folder.glob("*")))

    async with visiting(home) as visitor:
        assert (await sent(visitor, b"PK", "of another page")).status == 403
        assert not folder.exists()
        token = dict((await visitor.get("/exports")).form.to("/exports"))["form_token"]
        await sent(visitor, slowly(), token)
    assert [one.stat().st_size for one in received(home.house.path, home.person)] == [12 * 2**20]
    assert sizes[-1] > 0, "it is written while it comes"


async def test_without_permission_nothing_is_received(tmp_path: Path) -> None:
    home = make_home(tmp_path / "other")
    home.know_risks()
    async with visiting(home) as visitor:
        page = await visitor.get("/exports")
        assert "First allow Apple Health exports" in page.words
        assert (await sent(visitor, b"PK", "token")).status == 409
    assert not (home.house.path / "inbox").exists()
    home.house.close()


def test_a_file_whose_reading_broke_off_stays_and_is_tried_again(
    home: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def breaks_off(_house: House, path: Path, *_: object, **__: object) -> None:
        tried.append(path.name)
        raise ReaderFailed("The export was not read to its end.", "Import the same file again.")

    monkeypatch.setattr("gateway.parts.exports.import_export", breaks_off)
    folder = inbox_of(home.house.path, home.person)
    folder.mkdir(parents=True)
    (folder / "export.zip").write_bytes(b"PK")
    exports = Exports(home.house, now=clock.now)
    assert [exports.look() for _ in range(TRIES + 2)] == [0] * (TRIES + 2)
    assert tried == ["export.zip"] * TRIES
    assert (folder / "export.zip").exists()


def watched(home: Furnished, folder: Path) -> House:
    chosen = home.house.settings.model_copy(update={"import_": Import(folder=str(folder))})
    return replace(home.house, settings=chosen)


def test_the_watch_folder_is_looked_into_once_its_files_have_come_to_rest(
    home: Furnished, tmp_path: Path
) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    told: list[ImportRun] = []
    exports = Exports(watched(home, folder), now=clock.now, tell=told.append)
    assert exports.look() == 0
    make(folder / "export.zip", small=True)
    assert [exports.look() for _ in range(3)] == [0, 1, 0]
    before = len(stored(home))
    assert before > 500
    os.utime(folder / "export.zip", ns=(1, 1))
    assert [exports.look() for _ in range(3)] == [0, 1, 0]
    assert len(stored(home)) == before
    assert (folder / "export.zip").exists()
    assert home.house.imports.list()[0].report["new"] == before
    [first] = told
    said = import_words(home.house, first, clock.now())
    assert said.startswith(f"Apple Health export imported: {before:,} new of {before:,} readings.")
    (folder / "photos.zip").write_bytes(b"PK nothing of that sort")
    assert [exports.look() for _ in range(2)] == [0, 0]
    said = import_words(home.house, told[-1], clock.now())
    assert "not read: This is not an Apple Health export. On the phone" in said
    assert "photos" not in said


def test_a_file_whose_copying_stopped_is_read_in_part_and_again_once_it_is_whole(
    home: Furnished, tmp_path: Path
) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    told: list[ImportRun] = []
    exports = Exports(watched(home, folder), now=clock.now, tell=told.append)
    make(tmp_path / "export.zip", days=2)
    content = (tmp_path / "export.zip").read_bytes()
    (folder / "export.zip").touch()
    assert [exports.look() for _ in range(2)] == [0, 0]
    assert "This file is empty. Copy" in import_words(home.house, told[-1], clock.now())
    (folder / "export.zip").write_bytes(content[: len(content) // 2])
    assert [exports.look() for _ in range(3)] == [0, 1, 0]
    part = len(stored(home))
    said = import_words(home.house, told[-1], clock.now())
    assert f"as far as it could be read: {part:,} new of {part:,} readings" in said
    assert "not whole: copy or export it again" in said
    (folder / "export.zip").write_bytes(content)
    assert [exports.look() for _ in range(3)] == [0, 1, 0]
    assert told[-1].report["known"] == part
    said = import_words(home.house, told[-1], clock.now())
    assert said.startswith("Apple Health export imported: ")


def test_what_is_no_file_of_a_person_is_no_export(home: Furnished, tmp_path: Path) -> None:
    folder = tmp_path / "watched"
    (folder / "folder.zip").mkdir(parents=True)
    (folder / "._export.zip").write_bytes(b"Mac OS X")
    (folder / "broken.zip").symlink_to(tmp_path / "gone")
    os.mkfifo(folder / "pipe.zip")
    make(tmp_path / "e.zip", small=True)
    (folder / "link.zip").symlink_to(tmp_path / "e.zip")
    exports = Exports(watched(home, folder), now=clock.now)
    assert [exports.look() for _ in range(3)] == [0, 1, 0]
    [run] = home.house.imports.list()
    assert len(stored(home)) == run.report["new"] == run.report["rows"]


def test_what_a_killed_program_received_of_a_file_does_not_stay(home: Furnished) -> None:
    folder = inbox_of(home.house.path, home.person)
    folder.mkdir(parents=True)
    for name, age in (("old.part", 3_700), ("coming.part", 60)):
        (folder / name).write_bytes(b"readings of somebody")
        at = clock.now() // 1000 - age
        os.utime(folder / name, (at, at))
    Exports(home.house, now=clock.now).look()
    assert [path.name for path in folder.iterdir()] == ["coming.part"]


def test_a_file_that_waits_goes_when_its_permission_is_taken_back(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", at=clock.now())
    folder = inbox_of(home.house.path, home.person)
    folder.mkdir(parents=True)
    (folder / "00.zip").write_bytes(b"readings of somebody")
    assert Exports(home.house, now=clock.now).look() == 0
    assert not list(folder.iterdir())
    home.house.close()


def test_where_several_live_each_has_a_folder_of_their_name(
    home: Furnished, tmp_path: Path
) -> None:
    (tmp_path / "Ingrid").mkdir()
    (tmp_path / "Ingrid" / "a.zip").touch()
    (tmp_path / "b.zip").touch()
    (person,) = home.house.people.list()
    assert [one.name for one in offered(str(tmp_path), person, alone=True)] == ["b.zip"]
    assert [one.name for one in offered(str(tmp_path), person, alone=False)] == ["a.zip"]
    assert offered(str(tmp_path / "gone"), person, alone=True) == []
    assert offered("", person, alone=True) == []
