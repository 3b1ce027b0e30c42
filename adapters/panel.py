"""The canonical text of a panel: several numbers by name, each in a unit of its own."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.kinds import KindRow


def panel_text(row: KindRow, parts: Mapping[str, str]) -> str:
    """``energy=250|protein=12.5``, in the order of the kind's components; the others are left out.

    Args:
        row: of shape "panel".
        parts: digits by the component's name, each in that component's unit.

    Raises:
        KeyError: the kind has no such component.
    """
    unknown = parts.keys() - set(row.components)
    if unknown:
        raise KeyError(min(unknown))
    return "|".join(f"{name}={parts[name]}" for name in row.components if name in parts)


def parted(text: str) -> dict[str, str]:
    """The digits of each part that is there, by its name."""
    return dict(part.split("=", 1) for part in text.split("|") if "=" in part)
