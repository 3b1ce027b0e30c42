"""`docs/bluetooth-vectors.md`, made from the vectors; ``python -m tests.oracle.sources_page``."""

from __future__ import annotations

from pathlib import Path

from tests.characteristics import BY_HAND, Case, every

PAGE = Path(__file__).parents[2] / "docs" / "bluetooth-vectors.md"

_HEAD = """\
# Where the test packets are from

Each decoder of a standard characteristic is tested with packets that our own encoder did not make.
*Published* ones are somebody else's: of test suites, firmware, captures of real devices, examples
in documents. Where nobody published one, or published ones leave a part untried, a packet was
written by hand, *field by field*, from the table of fields of its document. Of {all} packets
{published} are published; {only} of {cases} characteristics have none but packets written by hand.

This page is made from the tests (`tests/characteristics/`) by
`python -m tests.oracle.sources_page`.

## Nothing published was found

{alone}

## All

| characteristic | published | field by field |
| --- | --- | --- |
"""


def made() -> str:
    """The page."""
    cases = every()
    vectors = [vector for one in cases for vector in one.vectors]
    alone = [one.name for one in cases if not any(v.is_published for v in one.vectors)]
    page = _HEAD.format(
        all=len(vectors),
        published=sum(vector.is_published for vector in vectors),
        only=len(alone),
        cases=len(cases),
        alone="\n".join(f"- {name}" for name in alone),
    )
    return page + "".join(
        f"| {one.name} | {_named(one, True)} | {_named(one, False)} |\n" for one in cases
    )


def _named(one: Case, published: bool) -> str:
    sources = [vector.source for vector in one.vectors if vector.is_published == published]
    return "<br>".join(dict.fromkeys(source.removeprefix(BY_HAND) for source in sources))


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
