"""The table of kinds is well formed, and names are checked against it."""

from __future__ import annotations

import pytest

from adapters.errors import UnknownKind
from adapters.kinds import all_kinds, kind, members_of, row_of, tier_of


def test_a_name_that_the_table_has_is_a_kind() -> None:
    assert row_of(kind("heart_rate")).unit == "/min"


def test_a_name_that_the_table_lacks_is_refused() -> None:
    with pytest.raises(UnknownKind) as caught:
        kind("aura")
    assert caught.value.name == "aura"


def test_the_two_carbon_monoxides_are_two_kinds() -> None:
    breath, room = row_of(kind("breath_carbon_monoxide")), row_of(kind("carbon_monoxide_in_air"))
    assert (breath.unit, breath.shareable) == ("[ppm]", True)
    assert (room.unit, room.shareable) == ("kg/m3", False)


def test_only_kinds_with_components_name_them() -> None:
    for row in all_kinds().values():
        assert (row.shape in ("components", "panel")) == bool(row.components)


def test_each_part_of_a_panel_has_a_unit_of_its_own() -> None:
    for row in all_kinds().values():
        assert len(row.units) == (len(row.components) if row.shape == "panel" else 0)
        assert len(set(row.components)) == len(row.components)


def test_what_stays_is_about_the_person_and_says_why() -> None:
    for row in all_kinds().values():
        if row.stays:
            assert row.about == "person"
            assert not row.shareable


def test_a_group_has_members_that_can_be_shared_as_it_can() -> None:
    groups = {group for row in all_kinds().values() for group in row.member_of}
    assert "workout" in groups
    for group in map(kind, groups):
        assert row_of(group).shareable
        assert tier_of(group) > max(map(tier_of, members_of(group)))
        assert all(row_of(member).shareable for member in members_of(group))


def test_what_is_no_group_has_no_members() -> None:
    assert members_of(kind("heart_rate")) == ()
    assert tier_of(kind("heart_rate")) == 0
    assert kind("heart_rate") in members_of(kind("workout"))
