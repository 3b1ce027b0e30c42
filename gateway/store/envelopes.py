"""How the keys of a home lie on the disk: sealed, in ``keys.json``, once for each way to open them.

Each way (passphrase, recovery code, key file) has two envelopes with keys of their own: one for
what the sending side needs, one for ``local.db``. Whoever is given the first cannot open the other.

Sealing is AES-256-GCM (NIST SP 800-38D) with a random nonce; a passphrase is stretched with
argon2id (RFC 9106: 64 MiB, 3 passes, 4 lanes), anything random with HKDF-SHA256 (RFC 5869).
"""

from __future__ import annotations

import os
import secrets
import unicodedata
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Literal

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.store.errors import StoreDamaged, WrongPassphrase

Way = Literal["passphrase", "recovery", "key_file"]
Opener = tuple[bytes, bytes | None]
"""The keys of the two envelopes; the second None for whoever may open the first alone."""

_NONCE = 12
_WRONG: dict[Way, str] = {
    "passphrase": "This passphrase does not open the home.",
    "recovery": "This recovery code does not open the home.",
    "key_file": "This key file does not open the home.",
}


class Wrap(BaseModel):
    """The two envelopes of one way, and how a passphrase is stretched for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    gateway: str
    local: str
    salt: str = ""
    memory_kib: int = 65536
    passes: int = 3
    lanes: int = 4


class Wraps(BaseModel):
    """The file ``keys.json``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[1] = 1
    ways: dict[Way, Wrap]


def read_wraps(path: Path) -> Wraps:
    """Read ``keys.json``.

    Raises:
        StoreDamaged: it is not what this program wrote.
    """
    try:
        return Wraps.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise StoreDamaged(f"The file {path.name} is damaged.") from error


def write_private(path: Path, content: bytes) -> None:
    """Put a file in place whole or not at all, readable by its owner alone."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def write_wraps(path: Path, wraps: Wraps) -> None:
    """Write ``keys.json``."""
    write_private(path, wraps.model_dump_json(indent=1).encode() + b"\n")


def derive(secret: bytes, purpose: str, length: int = 32) -> bytes:
    """A key for one purpose, from a secret that is random already."""
    return HKDF(SHA256(), length, salt=None, info=f"health-gateway {purpose} v1".encode()).derive(
        secret
    )


def stretch(passphrase: str, wrap: Wrap) -> Opener:
    """The keys of both envelopes, from a passphrase. Takes about 0.1 s and ``memory_kib``."""
    both = hash_secret_raw(
        unicodedata.normalize("NFKC", passphrase).encode(),
        b64decode(wrap.salt),
        time_cost=wrap.passes,
        memory_cost=wrap.memory_kib,
        parallelism=wrap.lanes,
        hash_len=64,
        type=Type.ID,
    )
    return both[:32], both[32:]


def opener_of(secret: bytes) -> Opener:
    """The keys of both envelopes, from a secret that is random already."""
    return derive(secret, "gateway envelope"), derive(secret, "local envelope")


def _bound(way: Way, envelope: str, wrap: Wrap) -> bytes:
    how = f"{wrap.salt} {wrap.memory_kib} {wrap.passes} {wrap.lanes}"
    return f"health-gateway keys v1 {way} {envelope} {how}".encode()


def fresh_salt() -> Wrap:
    """An empty wrap with a salt of its own, to stretch a new passphrase with."""
    return Wrap(gateway="", local="", salt=b64encode(secrets.token_bytes(16)).decode())


def seal(way: Way, wrap: Wrap, opener: Opener, gateway: bytes, local: bytes) -> Wrap:
    """Put the keys into both envelopes of a wrap."""

    def sealed(key: bytes | None, envelope: str, content: bytes) -> str:
        if key is None:
            raise ValueError("both keys are needed to seal")
        nonce = secrets.token_bytes(_NONCE)
        box = AESGCM(key).encrypt(nonce, content, _bound(way, envelope, wrap))
        return b64encode(nonce + box).decode()

    return wrap.model_copy(
        update={
            "gateway": sealed(opener[0], "gateway", gateway),
            "local": sealed(opener[1], "local", local),
        }
    )


def unseal(way: Way, wrap: Wrap, opener: Opener) -> tuple[bytes, bytes]:
    """Take the keys out; the second is empty for an opener of the first envelope alone.

    Raises:
        WrongPassphrase: an envelope does not open.
    """

    def content(key: bytes, envelope: str, box: str) -> bytes:
        try:
            raw = b64decode(box, validate=True)
            return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], _bound(way, envelope, wrap))
        except (InvalidTag, ValueError) as error:
            raise WrongPassphrase(_WRONG[way]) from error

    gateway = content(opener[0], "gateway", wrap.gateway)
    return gateway, b"" if opener[1] is None else content(opener[1], "local", wrap.local)
