"""What a page calls a device."""

from __future__ import annotations

from datetime import tzinfo

from gateway.htmlkit.language import gettext as _
from gateway.htmlkit.words import when
from gateway.store.device_names import Called

_FORMS = {"day": "d MMM y", "minute": "d MMM y, HH:mm", "second": "d MMM y, HH:mm:ss"}


def called(one: Called | None, zone: tzinfo) -> str:
    """Its name, told from others of that name by when it was added; empty for none."""
    if one is None:
        return ""
    if not one.exactly:
        return one.name
    added = when(one.added, zone, _FORMS[one.exactly])
    return _("%(name)s, added on %(day)s") % {"name": one.name, "day": added}
