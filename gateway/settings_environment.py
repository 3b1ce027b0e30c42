"""Settings that the environment says, before those of a file: `HEALTH_GATEWAY_PAGES__PORT=9000`."""

from __future__ import annotations

from typing import Any

from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from gateway.errors import WrongSettings
from gateway.settings import PREFIX, Settings


class _Everywhere(Settings, BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment comes before the file."""
        return env_settings, init_settings


def with_environment(columns: dict[str, Any]) -> Settings:
    """The settings of a file, with those of the environment.

    Args:
        columns: section -> key -> value, as the file has them.

    Raises:
        ValidationError: a key or value is not known.
        WrongSettings: a variable names no section and key.
    """
    try:
        return _Everywhere(**columns)
    except SettingsError as error:
        raise WrongSettings(
            "An environment variable HEALTH_GATEWAY_… is not understood: "
            "name a section and a key, as in HEALTH_GATEWAY_PAGES__PORT."
        ) from error
