"""What the pages say: through gettext, without advice, without promises that nobody can keep."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from jinja2 import Environment

from gateway.htmlkit import language
from gateway.htmlkit.language import asked_for, gettext, ngettext, speaking

ROOT = Path(__file__).parent.parent / "gateway"
FOLDERS = ("htmlkit", "web", "clinic")
TEMPLATES = sorted(path for name in FOLDERS for path in (ROOT / name).glob("templates/*.html"))
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]

ADVICE = re.compile(
    r"\b(diagnos\w*|prognos\w*|abnormal\w*|normal\w*|healthy|unhealthy|dangerous\w*|too (high|low)"
    r"|see (a|your) doctor|take (your )?(medicine|medication|pills?)|you (have|may have) (a|an) "
    r"|risk of|symptom\w*|cure\w*|prescri\w*|dose)\b",
    re.IGNORECASE,
)
PROMISES = re.compile(r"100\s*%\s*secure|completely secure|absolutely safe|unhackable|guarantee")
JARGON = re.compile(r"\b(ingest|endpoint|payload|revoke|GATT|UCUM|null|exception)\b", re.IGNORECASE)


def messages() -> list[str]:
    """Every string that is translated."""
    found: list[str] = []
    for name in FOLDERS:
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / name,
            method_map=METHODS,
            keywords={"_": None, "gettext": None, "ngettext": (1, 2), "N_": None},
        ):
            found += [message] if isinstance(message, str) else [m for m in message if m]
    return found


def test_what_an_import_says_is_translated() -> None:
    found = messages()
    assert "%s new readings" in found
    assert "The file ends in the middle: what came before is here. Export it again." in found


def test_the_catalogue_can_be_extracted() -> None:
    found = messages()
    assert len(found) > 200
    assert "Stop sharing" in found
    assert "%(span)s ago" in found
    assert "In an emergency, call your local emergency number (112, 911, 999) at once." in found


def _without_jinja(text: str) -> str:
    text = re.sub(r"\{#.*?#\}|\{% block home %\}.*?\{% endblock %\}", "", text, flags=re.S)
    text = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", text, flags=re.S)
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.S)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: f"{p.parent.parent.name}/{p.name}")
def test_every_word_of_a_template_goes_through_gettext(path: Path) -> None:
    bare = _without_jinja(path.read_text(encoding="utf-8"))
    bare = re.sub(r"<(code|script|svg)\b.*?</\1>", "", bare, flags=re.S)
    for attribute in re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', bare):
        assert not re.search(r"[A-Za-z]{2}", attribute), attribute
    visible = re.sub(r"<[^>]*>", "", bare)
    words = re.findall(r"[A-Za-z]{2,}", visible)
    assert [word for word in words if word not in ("dBm",)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: f"{p.parent.parent.name}/{p.name}")
def test_no_template_has_style_or_script_of_its_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|\|\s*safe", text)
    assert not re.search(r"(src|href)=\"(https?:)?//", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert 'src="/static/' in script


def test_nothing_that_is_said_is_advice() -> None:
    assert [text for text in messages() if ADVICE.search(text)] == []


def test_nothing_is_promised_that_nobody_can_keep() -> None:
    assert [text for text in messages() if PROMISES.search(text)] == []


def test_no_jargon_on_the_pages() -> None:
    assert [text for text in messages() if JARGON.search(text)] == []


def test_templates_escape_everything() -> None:
    from gateway.htmlkit.pages import Templates

    jinja = vars(Templates(ROOT / "web" / "templates"))["_jinja"]
    assert isinstance(jinja, Environment)
    assert jinja.autoescape is True
    assert jinja.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def test_the_language_is_the_one_that_the_browser_asks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    catalogue = Catalog(locale="de")
    catalogue.add("Readings", "Messwerte")
    catalogue.add(("%d day", "%d days"), ("%d Tag", "%d Tage"))
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "pages.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    language.languages.cache_clear()
    language.language.cache_clear()
    try:
        with speaking(asked_for("de-CH, de;q=0.9, en;q=0.5")):
            assert gettext("Readings") == "Messwerte"
            assert ngettext("%d day", "%d days", 2) % 2 == "2 Tage"
            assert gettext("Sent") == "Sent"
        assert asked_for("fr").tag == "en-GB"
        assert asked_for("en-US").tag == "en-US"
        assert asked_for("").tag == "en-GB"
        assert asked_for("x" * 500 + ",,;;").tag == "en-GB"
    finally:
        language.languages.cache_clear()
        language.language.cache_clear()
