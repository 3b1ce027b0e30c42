"""How the gateway signs in at a recipient. Secrets come from a file of the home alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway.sharing.errors import UploadDeferred
from gateway.sharing.recipients import Recipient


class SignIns:
    """The sign-ins of a home: ``tokens/<recipient>`` holds one bearer token, mode 0600."""

    def __init__(self, home: Path) -> None:
        self._tokens = home / "tokens"

    def path(self, recipient: str) -> Path:
        """Where the token of a recipient is kept."""
        return self._tokens / recipient

    def keep(self, recipient: str, token: str) -> None:
        """Write a token down; nobody but this account may read it."""
        if not token.strip() or not token.strip().isascii() or len(token.split()) != 1:
            raise ValueError("a token is one word")
        self._tokens.mkdir(mode=0o700, exist_ok=True)
        path = self.path(recipient)
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(token.strip() + "\n", encoding="ascii")

    def headers(self, recipient: Recipient) -> Mapping[str, str]:
        """The headers that sign a request in.

        Raises:
            UploadDeferred: the token is missing, or the way to sign in is not known here.
        """
        match recipient.invitation.sign_in.method:
            case "none":
                return {}
            case "bearer":
                try:
                    token = self.path(recipient.key).read_text(encoding="ascii").strip()
                except (FileNotFoundError, UnicodeDecodeError):
                    token = ""
                if not token:
                    raise UploadDeferred("The access token for this recipient is missing.")
                return {"Authorization": f"Bearer {token}"}
            case method:
                raise UploadDeferred(f"Signing in by {method} is not possible yet.")
