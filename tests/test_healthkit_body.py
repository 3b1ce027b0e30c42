"""The bytes of the main file, made fit for a parser, and the entries found in them."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import ArchiveRefused
from adapters.healthkit.body import cleaned, without_head
from adapters.healthkit.elements import Entry, Losses
from adapters.healthkit.entries import entries
from tests.fakes_healthkit import document, record

HEART = record("HKQuantityTypeIdentifierHeartRate", "61", "count/min")
BOMB = "<!DOCTYPE HealthData [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>\n"


def parted(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def read(content: bytes, size: int = 64) -> tuple[list[Entry], Losses]:
    losses = Losses()
    blocks = cleaned(without_head(parted(content, size), "HealthData"), losses.replace)
    return list(entries(blocks, losses, max_token=4096)), losses


def test_entities_are_refused_before_anything_is_parsed() -> None:
    with pytest.raises(ArchiveRefused, match="entities"):
        read(document(" <Record value='&b;'/>\n", head=BOMB))


def test_an_entity_that_nobody_declared_costs_its_entry_alone() -> None:
    found, losses = read(document([" <Record value='&b;'/>\n", HEART]))
    assert [entry.name for entry in found] == ["ExportDate", "Record"]
    assert (losses.damaged, losses.cut_short) == (1, False)


def test_a_root_inside_a_comment_is_not_the_root() -> None:
    found, _ = read(document(HEART, head="<!-- <HealthData > -->\n<!DOCTYPE HealthData [] >\n"))
    assert len(found) == 2


def test_a_head_without_end_is_refused() -> None:
    with pytest.raises(ArchiveRefused):
        list(without_head(parted(b"<!DOCTYPE HealthData [" + b" " * 4000, 100), "HealthData", 999))


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
@pytest.mark.parametrize(
    ("written", "meant", "replaced"),
    [
        pytest.param(b"a\x0bb", "a b", 1, id="control byte"),
        pytest.param(b"a&#11;b&#x0;c&#xFFFF;", "a b c ", 3, id="reference to one"),
        pytest.param(b"a&#10;&#x1F600;", "a\n\U0001f600", 0, id="good reference"),
        pytest.param("’\u00a0é\U0001f600".encode(), "’\u00a0é\U0001f600", 0, id="letters"),
        pytest.param(b"a\xff\xe2\x82b", "a\ufffd\ufffdb", 2, id="no utf-8"),
        pytest.param(b"a\xef\xbf\xbfb", "a\ufffdb", 1, id="no character"),
        pytest.param("\ufffd".encode(), "\ufffd", 0, id="replaced by somebody else"),
        pytest.param(b"&lt;&amp;&gt;", "<&>", 0, id="escapes"),
    ],
)  # fmt: skip
def test_what_xml_forbids_is_replaced_and_counted(
    size: int, written: bytes, meant: str, replaced: int
) -> None:
    content = document(HEART.replace("61", "VALUE")).replace(b"VALUE", written)
    found, losses = read(content, size)
    assert found[-1].attributes["value"] == meant
    assert losses.replaced == replaced


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(1, 80))
def test_any_bytes_in_the_middle_end_no_import(noise: bytes, size: int) -> None:
    content = document([HEART, "@", "\n", HEART]).replace(b"@", noise)
    try:
        found, _ = read(content, size)
    except ArchiveRefused:
        pytest.fail("the head is whole")
    assert found[1].attributes["value"] == "61"


@settings(max_examples=100, deadline=None)
@given(st.integers(200, 1400), st.integers(1, 300))
def test_every_prefix_gives_its_whole_entries(cut: int, size: int) -> None:
    content = document([HEART] * 5)
    whole, _ = read(content)
    found, losses = read(content[:cut], size) if cut > 80 else ([], Losses(cut_short=True))
    assert found == whole[: len(found)]
    assert losses.cut_short == (cut < len(content) - 1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                HEART,
                HEART.replace('"', "'"),
                " <!-- <Record/>\n <Record a='1'/> -->\n",
                " <![CDATA[\n <Record/>\n]]>\n",
                " <?pi <Record/> ?>\n",
                "<Record\n value = '1' \n type='x'></Record>",
                " <Record type='y'>\n  <MetadataEntry key='k' value='>'/>\n </Record>\n",
                " <Workout a='&lt;&#38;'/>\n",
            ]
        ),
        max_size=12,
    ),
    st.integers(1, 200),
)
def test_entries_are_those_that_an_independent_parser_finds(pieces: list[str], size: int) -> None:
    content = document(pieces)
    found, losses = read(content, size)
    judged = list(ElementTree.fromstring(content))  # noqa: S314  # made above
    assert [(entry.name, entry.attributes) for entry in found] == [
        (element.tag, element.attrib) for element in judged
    ]
    assert losses == Losses()


def test_typed_in_by_hand_is_noticed_on_entry_and_child() -> None:
    mark = '<MetadataEntry key="HKWasUserEntered" value="1"/>'
    found, _ = read(
        document(
            f"<Record type='a'>{mark}</Record><Record type='b'>"
            f"{mark.replace('1', '0')}</Record>"
            f"<Correlation><Record>{mark}</Record><Record/></Correlation>"
        )
    )
    assert [entry.by_hand for entry in found[1:]] == [True, False, False]
    assert [child.by_hand for child in found[-1].children] == [True, False]
