"""Settings: the shipped `config.toml`, then the home's, then the environment."""

from __future__ import annotations

import os
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.errors import WrongSettings

PREFIX = "HEALTH_GATEWAY_"
"""What names of settings begin with in the environment."""

CHANGE_IT = "Change that variable, or unset it."

Seconds = Annotated[float, Field(gt=0)]
Port = Annotated[int, Field(ge=0, le=65535)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bluetooth(_Section):
    """How devices are reached."""

    radio: str = "system"
    adapter: str = ""
    connect_timeout: Seconds = 20.0
    operation_timeout: Seconds = 10.0
    longest_pause: Seconds = 60.0
    set_clocks: bool = True
    power_cycle: bool = False
    polar_streams: list[Literal["ecg", "ppi"]] = []


class Collect(_Section):
    """How readings are taken in."""

    commit_every: Seconds = 1.0


class Upload(_Section):
    """How readings are sent."""

    every: Seconds = 60.0
    batch_readings: Annotated[int, Field(ge=1, le=500)] = 50
    batch_bytes: Annotated[int, Field(ge=4096)] = 262144
    timeout: Seconds = 30.0
    longest_pause: Seconds = 900.0


class Pages(_Section):
    """Where the patient's pages are."""

    host: Literal["127.0.0.1", "::1"] = "127.0.0.1"
    port: Port = 8770


class Clinic(_Section):
    """Where the clinician's viewer is."""

    host: Literal["127.0.0.1", "::1"] = "127.0.0.1"
    port: Port = 8780


class Keep(_Section):
    """How long local things are kept (docs/privacy.md, F1 and F2)."""

    raw_packets_hours: Annotated[int, Field(ge=1)] = 24
    link_events_days: Annotated[int, Field(ge=1)] = 7


class Clock(_Section):
    """When this computer's clock is believed."""

    trust: Literal["system", "trusted"] = "system"


class Import(_Section):
    """What an export may weigh, and where it may lie."""

    largest_gib: Annotated[int, Field(ge=1)] = 64
    largest_ratio: Annotated[int, Field(ge=2)] = 200
    folder: str = ""


class Settings(_Section):
    """Every setting; `config.toml` explains each."""

    bluetooth: Bluetooth = Bluetooth()
    collect: Collect = Collect()
    upload: Upload = Upload()
    pages: Pages = Pages()
    clinic: Clinic = Clinic()
    keep: Keep = Keep()
    clock: Clock = Clock()
    import_: Import = Field(default=Import(), alias="import")


def shipped() -> str:
    """The text of the shipped `config.toml`, with its comments."""
    packaged = resources.files("gateway").joinpath("config.toml")
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parent.parent / "config.toml").read_text(encoding="utf-8")


def load(home_config: Path | None = None) -> Settings:
    """Read the settings of a home, or the shipped ones.

    Raises:
        WrongSettings: the file is not TOML, or a key or value is not known; says which.
    """
    columns: dict[str, Any] = {}
    if home_config is not None and home_config.exists():
        try:
            columns = tomllib.loads(home_config.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise WrongSettings(f"{home_config.name} cannot be read: {error}.") from error
        except UnicodeDecodeError as error:
            raise WrongSettings(f"{home_config.name} is not saved as UTF-8 text.") from error
        except OSError as error:
            raise WrongSettings(f"{home_config.name} cannot be read: {error.strerror}.") from error
    if _environment_says_some():
        from gateway.settings_environment import with_environment  # takes a while to load

        columns = with_environment(columns)
    try:
        return Settings(**columns)
    except ValidationError as error:
        first = error.errors()[0]
        variable = _variable(first["loc"])
        if variable is not None:
            raise WrongSettings(f"{variable}: {first['msg']}.", CHANGE_IT) from error
        where = ".".join(map(str, first["loc"]))
        raise WrongSettings(f"config.toml, {where}: {first['msg']}.") from error


def _environment_says_some() -> bool:
    """Whether a variable names a section; `HEALTH_GATEWAY_HOME` and the like do not."""
    sections = {PREFIX + (one.alias or name).upper() for name, one in Settings.model_fields.items()}
    return any(name.upper().partition("__")[0] in sections for name in os.environ)


def _variable(where: tuple[int | str, ...]) -> str | None:
    """The variable of the environment that says a setting, if one does."""
    variable = PREFIX + "__".join(map(str, where[:2])).upper()
    return variable if any(name.upper() == variable for name in os.environ) else None
