"""What a device of a profile can measure, as far as its profile tells."""

from __future__ import annotations

from functools import cache

from adapters.ble.catalog import Catalog
from adapters.ble.characteristic import every
from adapters.kinds import Kind, kind


def kinds_of(catalog: Catalog, profile: str) -> frozenset[Kind]:
    """The kinds that a profile may tell; none for one that is not known.

    A device need not measure all of them: many a scale knows the weight alone.
    """
    known = catalog.profiles.get(profile)
    if known is None:
        return frozenset()
    described = catalog.descriptions.get(profile)
    if described is not None:
        fields = (field for one in described.characteristic for field in one.field)
        return frozenset(kind(field.kind) for field in fields if field.kind)
    told = _kinds_by_uuid()
    uuids = (*known.subscribes, *known.hears)
    return frozenset().union(*(told.get(uuid, frozenset()) for uuid in uuids))


@cache
def _kinds_by_uuid() -> dict[str, frozenset[Kind]]:
    return {
        one.uuid: frozenset(name for becomes in one.fields.values() for name in becomes.kinds)
        for one in every()
    }
