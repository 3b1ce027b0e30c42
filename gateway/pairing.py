"""Finding a device and making it one of this house's."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.ble.catalog import Catalog
from adapters.ble.scan import Found, scan
from adapters.local_events import LocalName
from adapters.reading import DeviceFacts, DeviceKey, Instant
from gateway import clock
from gateway.app import House
from gateway.errors import Refused, WrongUse
from gateway.radio import catalog_of, radio_of, radio_settings
from gateway.rights.naming import checked_name
from gateway.store.nearby import LookedAround, Nearby
from gateway.store.people import Person


async def look_around(house: House, seconds: float) -> list[Nearby]:
    """Listen for devices for a while, and remember what was heard for an hour.

    Raises:
        Refused: nobody here has allowed Bluetooth.
        AdapterError: there is no radio that answers.
    """
    if not house.anybody_allows("ble", clock.now()):
        raise Refused(
            "Nobody here has allowed the use of Bluetooth.",
            "Allow it first: health-gateway consent grant collect ble",
        )
    async with radio_of(house) as radio:
        heard = await scan(
            radio,
            seconds,
            catalog_of(house),
            now=clock.now,
            allowed=lambda _: house.anybody_allows("ble", clock.now()),
            settings=radio_settings(house.settings.bluetooth),
        )
    return remember_nearby(house, heard)


def remember_nearby(house: House, heard: Sequence[Found]) -> list[Nearby]:
    """Remember for an hour what was heard, with the numbers under which it is shown."""
    found = [_nearby(number, one) for number, one in enumerate(heard, 1)]
    LookedAround(house.local.db).replace(found)
    return found


def add_device(
    house: House,
    which: str,
    person: Person,
    *,
    profile: str = "",
    name: str = "",
    several: bool | None = None,
    at: Instant,
) -> DeviceKey:
    """Make a device that was found one of this person's.

    Args:
        house: where.
        which: the number that `look_around` gave it, or its address.
        person: whose it is.
        profile: what it is, where its advertisement does not tell.
        name: what its owner calls it.
        several: whether several people use it; where that is not said it stays as it was.
        at: now.

    Raises:
        WrongUse: nothing of that number was found, nobody knows what it is, it is somebody else's,
            or another device has this name.
    """
    found = found_device(house, which)
    check_owner(house, found, person)
    given = _name(house, found, name) if name else ""
    catalog = catalog_of(house)
    key = _profile(catalog, profile or found.profile)
    device = house.device_key(f"ble:{found.address.upper()}")
    facts = DeviceFacts(person.key, device, catalog[key].title)
    house.local.set_name(LocalName(device, "address", found.address.upper(), at))
    if found.name:
        house.local.set_name(LocalName(device, "advertised_name", found.name, at))
    house.devices.add(
        facts, adapter="ble", profile=key, simulated=house.simulation, now=at, several=several
    )
    if several is not None:
        house.slots.set_all_others(device, None if several else person.key, at)
    if given:
        house.names().give(device, given, at)
    house.audit.note(at, f"person:{person.key}", "device added", {"device": device})
    return device


def check_owner(house: House, found: Nearby, person: Person) -> None:
    """Let nobody take a device from somebody by adding it.

    Raises:
        WrongUse: it is somebody else's; says whose, and how it is shared or handed on.
    """
    address = found.address.upper()
    key = house.local.known_addresses().get(address) or house.device_key(f"ble:{address}")
    known = house.devices.get(key)
    if known is None or known.forgotten_at is not None or known.facts.person == person.key:
        return
    name = house.names().all()[known.key].name
    if known.several:
        raise WrongUse(
            f"{name} is here already, for several people.",
            "Say whose its readings are: health-gateway devices whose",
        )
    owner = next(one.name for one in house.people.list() if one.key == known.facts.person)
    raise WrongUse(
        f"{name} is {owner}'s already.",
        f"If {owner} and {person.name} both use it: health-gateway devices users {known.key}"
        f" --several. If only {person.name} does now: health-gateway devices forget {known.key},"
        " and add it again.",
    )


def _name(house: House, found: Nearby, told: str) -> str:
    device = house.device_key(f"ble:{found.address.upper()}")
    return checked_name(told, device, house.names())


def profile_of(house: House, which: str, told: str) -> str:
    """What a found device is: as the person told, or else as its advertisement did.

    Raises:
        WrongUse: nothing of that number was found, or nobody knows what it is.
    """
    found = found_device(house, which)
    return _profile(catalog_of(house), told or found.profile)


def moved_to(house: House, device: DeviceKey, address: str, at: Instant) -> None:
    """A device told its lasting address while it was paired; it is known by that from now on."""
    house.local.replace_name(LocalName(device, "address", address, at))


def forget_device(house: House, device: DeviceKey, at: Instant) -> None:
    """Stop listening to a device; its readings stay, its address and name are removed."""
    house.devices.forget(device, at)
    house.slots.forget(device)
    house.local.forget(device)


def _nearby(number: int, heard: Found) -> Nearby:
    profile, title = (heard.profile.key, heard.profile.title) if heard.profile else ("", "")
    return Nearby(number, heard.address, heard.name, profile, heard.distance, heard.seen, title)


def found_device(house: House, which: str) -> Nearby:
    """The device that `look_around` gave this number, or that has this address.

    Raises:
        WrongUse: nothing of that number was found in the last hour.
    """
    for one in LookedAround(house.local.db).list():
        if which == str(one.number) or which.upper() == one.address.upper():
            return one
    raise WrongUse(
        f"No device {which} was found in the last hour.",
        "Look around first: health-gateway devices scan",
    )


def _profile(catalog: Catalog, key: str) -> str:
    if key in catalog.profiles:
        return key
    known = ", ".join(sorted(catalog.profiles))
    raise WrongUse(
        "It is not known what this device is." if not key else f"There is no profile {key}.",
        f"Say it with --profile, one of: {known}.",
    )
