"""The keys of a home: made once, opened by passphrase, recovery code or key file.

The data keys never change; changing a passphrase wraps them anew. The identity secret follows
from the recovery code, so that a new set-up with the same code gives devices the same names.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import b32encode, b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path

from adapters.reading import DeviceKey, SourceKey
from gateway.store.envelopes import (
    Opener,
    Way,
    Wrap,
    Wraps,
    derive,
    fresh_salt,
    opener_of,
    read_wraps,
    seal,
    stretch,
    unseal,
    write_private,
    write_wraps,
)
from gateway.store.errors import (
    HomeExists,
    KeyFileOpenToOthers,
    NoHome,
    NotAHome,
    PassphraseNeeded,
    StoreDamaged,
    WrongPassphrase,
)
from gateway.store.recovery import entropy_of, printed

WRAPS = "keys.json"
KEY_FILE = "key"
CREDENTIAL = "health-gateway-key"
"""The name of the systemd credential that stands for the key file (systemd.exec, Credentials)."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The opened keys of a home, 32 bytes each; never logged, never in an environment.

    Attributes:
        gateway: of ``gateway.db``.
        local: of ``local.db``; empty where only the sending side's envelope was opened.
        identity: the secret behind DeviceKey, SourceKey and reading keys.
        signing: Ed25519 seed of the consent ledger.
    """

    gateway: bytes = field(repr=False)
    local: bytes = field(repr=False)
    identity: bytes = field(repr=False)
    signing: bytes = field(repr=False)


def make_keys(
    home: Path, *, passphrase: str | None, key_file: bool, recovery_code: str | None = None
) -> tuple[KeyRing, str]:
    """Make the keys of a new home and write them, wrapped, into its directory.

    Args:
        home: an existing directory without keys.
        passphrase: opens the home, or None.
        key_file: also write ``HOME/key``, so that the home opens unattended.
        recovery_code: of an earlier home, whose names for devices shall stay the same.

    Returns:
        the keys, and the recovery code to be printed: it is shown once and kept nowhere.

    Raises:
        HomeExists: there are keys already.
        CodeMistyped: the recovery code cannot be right.
    """
    if not passphrase and not key_file:
        raise ValueError("a home needs a passphrase or a key file")
    if (home / WRAPS).exists():
        raise HomeExists("There is a home in this directory already.")
    entropy = entropy_of(recovery_code) if recovery_code else secrets.token_bytes(20)
    ring = KeyRing(
        gateway=secrets.token_bytes(32),
        local=secrets.token_bytes(32),
        identity=derive(entropy, "identity"),
        signing=secrets.token_bytes(32),
    )
    wraps = Wraps(ways={})
    wraps = _wrapped(wraps, "recovery", ring, opener_of(entropy))
    if passphrase:
        wraps = _with_passphrase(wraps, ring, passphrase)
    if key_file:
        wraps = _wrapped(wraps, "key_file", ring, _write_key_file(home))
    write_wraps(home / WRAPS, wraps)
    return ring, printed(entropy)


def unlock(home: Path, *, passphrase: str | None = None) -> KeyRing:
    """Open the home by its key file or systemd credential if there is one, else by passphrase.

    Raises:
        NoHome, NotAHome: there is nothing to open.
        PassphraseNeeded: no key file is there, and no passphrase was given.
        WrongPassphrase: neither opens it. Nothing was changed.
        KeyFileOpenToOthers: the key file may be read by others.
    """
    wraps = _wraps(home)
    file = key_file_of(home)
    wrap = wraps.ways.get("key_file")
    if wrap is not None and file is not None:
        try:
            return _ring(*unseal("key_file", wrap, _read_key_file(file)))
        except WrongPassphrase:
            if not passphrase:
                raise
    if not passphrase:
        raise PassphraseNeeded("This home opens with a passphrase.")
    return _ring(*_open_with_passphrase(wraps, passphrase))


def unlock_with_recovery(home: Path, code: str) -> KeyRing:
    """Open the home by its printed code.

    Raises:
        CodeMistyped: the code cannot be right.
        WrongPassphrase: it is the code of another home.
    """
    return _ring(*unseal("recovery", _wraps(home).ways["recovery"], opener_of(entropy_of(code))))


def set_passphrase(home: Path, ring: KeyRing, new: str) -> None:
    """Wrap the keys of an opened home with a new passphrase; data keys and files stay."""
    write_wraps(home / WRAPS, _with_passphrase(_wraps(home), ring, new))


def add_key_file(home: Path, ring: KeyRing) -> Path:
    """Let an opened home open unattended; whoever has the disk then has the readings."""
    wraps = _wrapped(_wraps(home), "key_file", ring, _write_key_file(home))
    write_wraps(home / WRAPS, wraps)
    return home / KEY_FILE


def remove_key_file(home: Path) -> None:
    """Let the home open only by passphrase or recovery code.

    Raises:
        PassphraseNeeded: the home has no passphrase yet.
    """
    wraps = _wraps(home)
    if "passphrase" not in wraps.ways:
        raise PassphraseNeeded("This home has no passphrase.", "Set a passphrase first.")
    ways: dict[Way, Wrap] = {way: wrap for way, wrap in wraps.ways.items() if way != "key_file"}
    write_wraps(home / WRAPS, Wraps(ways=ways))
    (home / KEY_FILE).unlink(missing_ok=True)


def sender_key_file(home: Path) -> bytes:
    """The key file for the account that only sends: it opens the first envelope alone."""
    return (home / KEY_FILE).read_bytes().splitlines(keepends=True)[0]


def device_key(identity: bytes, text: str) -> DeviceKey:
    """Our name for a device, from what tells it from all others (its identity address, …)."""
    return DeviceKey(_name(identity, "device", text))


def source_key(identity: bytes, text: str) -> SourceKey:
    """Our name for an app or phone that passes readings on."""
    return SourceKey(_name(identity, "source", text))


def key_file_of(home: Path) -> Path | None:
    """Where the key for unattended opening lies: a systemd credential, or ``HOME/key``."""
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    places = [Path(credentials) / CREDENTIAL] if credentials else []
    return next((place for place in [*places, home / KEY_FILE] if place.is_file()), None)


def _name(identity: bytes, what: str, text: str) -> str:
    digest = hmac.digest(identity, f"{what}\0{text}".encode(), hashlib.sha256)
    return b32encode(digest)[:20].decode().lower()


def _ring(gateway: bytes, local: bytes) -> KeyRing:
    return KeyRing(gateway[:32], local, gateway[32:64], gateway[64:96])


def _wraps(home: Path) -> Wraps:
    if not home.is_dir():
        raise NoHome("There is no home here yet.")
    if not (home / WRAPS).is_file():
        raise NotAHome("This directory is not a home of this program.")
    return read_wraps(home / WRAPS)


def _wrapped(wraps: Wraps, way: Way, ring: KeyRing, opener: Opener) -> Wraps:
    return _put(wraps, way, ring, fresh_salt(), opener)


def _with_passphrase(wraps: Wraps, ring: KeyRing, passphrase: str) -> Wraps:
    if not passphrase:
        raise ValueError("a passphrase is not empty")
    wrap = fresh_salt()
    return _put(wraps, "passphrase", ring, wrap, stretch(passphrase, wrap))


def _put(wraps: Wraps, way: Way, ring: KeyRing, wrap: Wrap, opener: Opener) -> Wraps:
    if not ring.local:
        raise ValueError("only a fully opened home can be wrapped anew")
    gateway = ring.gateway + ring.identity + ring.signing
    return Wraps(ways={**wraps.ways, way: seal(way, wrap, opener, gateway, ring.local)})


def _open_with_passphrase(wraps: Wraps, passphrase: str) -> tuple[bytes, bytes]:
    wrap = wraps.ways.get("passphrase")
    if wrap is None:
        raise WrongPassphrase("This home has no passphrase.", "Use its key file or recovery code.")
    return unseal("passphrase", wrap, stretch(passphrase, wrap))


def _write_key_file(home: Path) -> Opener:
    opener = opener_of(secrets.token_bytes(32))
    lines = b"".join(b64encode(key) + b"\n" for key in opener if key)
    write_private(home / KEY_FILE, lines)
    return opener


def _read_key_file(path: Path) -> Opener:
    if os.name == "posix" and path.name == KEY_FILE and path.stat().st_mode & 0o077:
        raise KeyFileOpenToOthers("Other users of this machine may read the key file.")
    try:
        keys = [b64decode(line, validate=True) for line in path.read_bytes().split()]
    except ValueError as error:
        raise StoreDamaged("The key file is damaged.") from error
    if not 1 <= len(keys) <= 2 or any(len(key) != 32 for key in keys):
        raise StoreDamaged("The key file is damaged.")
    return keys[0], keys[1] if len(keys) == 2 else None
