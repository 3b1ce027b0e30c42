"""Settings that the environment says, before those of a file: `HEALTH_GATEWAY_PAGES__PORT=9000`."""

from __future__ import annotations

from typing import Any

from pydantic import create_model
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsError

from gateway.errors import WrongSettings
from gateway.settings import CHANGE_IT, PREFIX, Settings

_SECTIONS: dict[str, Any] = {
    field.alias or name: (field.annotation, ...) for name, field in Settings.model_fields.items()
}
"""By their names in the file: of a field with an alias pydantic would forget the prefix."""

_Sections = create_model("_Sections", __base__=BaseSettings, **_SECTIONS)


def with_environment(columns: dict[str, Any]) -> dict[str, Any]:
    """What a file says, and what the environment says in its place.

    Args:
        columns: section -> key -> value, as the file has them.

    Raises:
        WrongSettings: a variable names no section and key.
    """
    source = EnvSettingsSource(_Sections, env_prefix=PREFIX, env_nested_delimiter="__")
    try:
        said = source()
    except SettingsError as error:
        raise WrongSettings(
            "An environment variable HEALTH_GATEWAY_… is not understood: "
            "name a section and a key, as in HEALTH_GATEWAY_PAGES__PORT.",
            CHANGE_IT,
        ) from error
    both = dict(columns)
    for section, keys in said.items():
        filed = columns.get(section)
        if isinstance(filed, dict) and isinstance(keys, dict):
            both[section] = {**filed, **keys}
        else:
            both[section] = keys
    return both
