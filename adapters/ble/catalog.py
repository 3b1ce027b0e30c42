"""Every device profile there is: modules and descriptions in `profiles/`, and those of the home."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from copy import copy
from functools import cache, lru_cache
from importlib import import_module, resources
from pathlib import Path
from types import MappingProxyType

from bleak.backends.scanner import AdvertisementData

from adapters.ble import profiles
from adapters.ble.describing.description import Description, parse
from adapters.ble.profile import DeviceProfile
from adapters.errors import DescriptionRefused


class Catalog:
    """Profiles by their key.

    Attributes:
        profiles: each profile, by key.
        descriptions: the description of each profile that was made from one.
        refused: descriptions of the home that could not be used, with the next step.
    """

    def __init__(
        self,
        built_in: Iterable[DeviceProfile] = (),
        described: Iterable[Description] = (),
        refused: Iterable[DescriptionRefused] = (),
    ) -> None:
        """Put together.

        Raises:
            DescriptionRefused: two profiles have one key, or are known by the same advertisement.
        """
        texts = list(described)
        self.descriptions: Mapping[str, Description] = {text.key: text for text in texts}
        self.refused = tuple(refused)
        made: dict[str, DeviceProfile] = {}
        for profile in (*built_in, *(text.profile() for text in texts)):
            for other in made.values():
                if profile.key == other.key:
                    raise DescriptionRefused(
                        f"{other.title} has the key {other.key} already", "Write another key."
                    )
                if profile.matches == other.matches:
                    raise DescriptionRefused(
                        f"{profile.key} is known like {other.key}",
                        "Give it an advertisement of its own: under [advertised], write what only"
                        " this device says.",
                    )
            made[profile.key] = profile
        self.profiles: Mapping[str, DeviceProfile] = MappingProxyType(made)

    def __getitem__(self, key: str) -> DeviceProfile:
        return self.profiles[key]

    def with_profiles(self, others: Iterable[DeviceProfile]) -> Catalog:
        """A catalog in which these stand in the place of those with their keys."""
        made = copy(self)
        made.profiles = MappingProxyType({**self.profiles, **{one.key: one for one in others}})
        return made

    def match(self, heard: AdvertisementData) -> DeviceProfile | None:
        """The profile that describes what was heard most closely; None if none does.

        Of several that are as close, the one that reads most: a bike that offers the services of
        a machine, of a speed sensor and of a pulse tells all of it as a machine.
        """
        fitting = [one for one in self.profiles.values() if one.matches.fits(heard)]
        return max(
            fitting,
            key=lambda one: (one.matches.closeness, len(one.subscribes)),
            default=None,
        )


@cache
def built_in() -> Catalog:
    """The profiles that come with the program."""
    modules = (
        import_module(f"{profiles.__name__}.{found.name}")
        for found in pkgutil.iter_modules(profiles.__path__)
    )
    files = sorted(
        (file for file in resources.files(profiles).iterdir() if file.name.endswith(".toml")),
        key=lambda file: file.name,
    )
    return Catalog(
        [module.PROFILE for module in modules],
        [parse(file.read_text(encoding="utf-8"), file.name) for file in files],
    )


def with_home(folder: Path) -> Catalog:
    """The profiles that come with the program and the descriptions in a folder of the home.

    A description that cannot be used is in `Catalog.refused`; the others work. It is asked for once
    a second: the files are read anew only when one of them changed.
    """
    files = sorted(folder.glob("*.toml"))
    return _with_files(tuple((file, *_written(file)) for file in files))


def _written(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=4)
def _with_files(files: tuple[tuple[Path, int, int], ...]) -> Catalog:
    ours = built_in()
    plain = [one for key, one in ours.profiles.items() if key not in ours.descriptions]
    described = list(ours.descriptions.values())
    refused = []
    for file, _, _ in files:
        try:
            one = _read(file)
            _together(file, plain, [*described, one])
        except DescriptionRefused as error:
            refused.append(error)
        else:
            described.append(one)
    return Catalog(plain, described, refused)


def _read(file: Path) -> Description:
    """One description.

    Raises:
        DescriptionRefused: it cannot be read, or says what a description cannot say.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DescriptionRefused(f"{file.name} is not text in UTF-8", "Save it as UTF-8.") from None
    except IsADirectoryError:
        raise DescriptionRefused(
            f"{file.name} is a folder", "Move it elsewhere, or give it another name."
        ) from None
    except OSError as error:
        raise DescriptionRefused(
            f"{file.name} cannot be opened: {error.strerror}",
            "Look who owns it and who may read it.",
        ) from None
    return parse(text, file.name)


def _together(file: Path, plain: Iterable[DeviceProfile], described: Iterable[Description]) -> None:
    """See that the newest description gets on with all others; its file is named if not."""
    try:
        Catalog(plain, described)
    except DescriptionRefused as error:
        raise DescriptionRefused(f"{file.name}: {error}", error.next_step) from None
