"""The name under which a reading leaves: keyed, so that it means nothing to anybody else."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode


def outbound_id(secret: bytes, identity_text: str, version: int) -> str:
    """A reading's name at one recipient: base64url(HMAC-SHA256), 43 letters, URL-safe.

    The same over retries, re-imports and a restored home; another one at each recipient.

    Args:
        secret: the recipient's, 32 bytes.
        identity_text: what makes the reading the one that it is (`readings.identity_text`).
        version: 0 for the reading as it came, then one more for each correction.
    """
    told_apart = f"{version}\0{identity_text}".encode()
    return urlsafe_b64encode(hmac.digest(secret, told_apart, "sha256")).rstrip(b"=").decode()
