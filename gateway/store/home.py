"""The home: the directory in which keys, both files and the settings lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from adapters.reading import Instant
from gateway.store.driver import Database
from gateway.store.errors import HomeExists, NoHome, NotAHome
from gateway.store.gateway_db import create_gateway, is_simulation, open_gateway
from gateway.store.heads import check_heads
from gateway.store.keys import KeyRing, make_keys, unlock, unlock_with_recovery
from gateway.store.local import LocalStore, create_local, open_local
from gateway.store.losses import losses


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of this home lies."""

    path: Path

    @property
    def gateway_db(self) -> Path:
        """Readings, consent, outbox, audit."""
        return self.path / "gateway.db"

    @property
    def local_db(self) -> Path:
        """What stays here."""
        return self.path / "local.db"

    @property
    def keys(self) -> Path:
        """The wrapped keys."""
        return self.path / "keys.json"

    @property
    def config(self) -> Path:
        """The settings; may be missing."""
        return self.path / "config.toml"

    @property
    def live(self) -> Path:
        """Held by whoever writes live readings; see `gateway.store.courtesy`."""
        return self.path / "live"

    @property
    def turn(self) -> Path:
        """Held by whoever is writing live readings, or waits to."""
        return self.path / "turn"

    @property
    def _half_made(self) -> Path:
        """Holds the keys while a home is being made."""
        return self.path / "half-made"

    @property
    def exists(self) -> bool:
        """Whether a home was made here."""
        return self.keys.is_file()

    def create(
        self,
        *,
        passphrase: str | None = None,
        key_file: bool = False,
        simulation: bool = False,
        recovery_code: str | None = None,
    ) -> tuple[OpenHome, str]:
        """Make the home: a directory of mode 0700, keys, both files.

        Args:
            passphrase: opens the home, or None.
            key_file: also open it unattended.
            simulation: for simulated devices alone, for ever.
            recovery_code: of an earlier home whose devices keep their names.

        Returns:
            the opened home, and the recovery code to print.

        Raises:
            HomeExists: a home is there already.
            NotAHome: the directory holds something else.
        """
        if self.exists:
            raise HomeExists("There is a home in this directory already.")
        if self._half_made.is_dir():
            self._sweep()
        if self.path.exists() and (not self.path.is_dir() or self._strange()):
            raise NotAHome("The directory is not empty.")
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        self._half_made.mkdir(mode=0o700)
        try:
            ring, code = make_keys(
                self._half_made,
                passphrase=passphrase,
                key_file=key_file,
                recovery_code=recovery_code,
            )
            gateway = create_gateway(self.gateway_db, ring.gateway, simulation=simulation)
            local = create_local(self.local_db, ring.local)
            self._move_keys_in()
        except BaseException:
            self._sweep()
            raise
        return OpenHome(self, ring, gateway, local, simulation), code

    def _move_keys_in(self) -> None:
        """The last act of making a home: `keys.json` is what makes it one."""
        for file in sorted(self._half_made.iterdir(), key=lambda file: file.name == self.keys.name):
            file.replace(self.path / file.name)
        self._half_made.rmdir()

    def _sweep(self) -> None:
        """Remove half a home, of a set-up that was cut short: nobody saw its recovery code."""
        for file in self._half_made.iterdir():
            file.unlink()
        for file in self._strange():
            if file != self._half_made:
                file.unlink(missing_ok=True)
        self._half_made.rmdir()

    def open(self, passphrase: str | None = None, *, recovery_code: str | None = None) -> OpenHome:
        """Open the home by key file, passphrase or recovery code.

        Raises:
            NoHome, NotAHome, PassphraseNeeded, WrongPassphrase, CodeMistyped: see `keys.unlock`.
            StoreLocked, StoreDamaged, StoreTooNew: see `open_gateway`.
        """
        return self.open_with(self.unlock(passphrase, recovery_code=recovery_code))

    def unlock(self, passphrase: str | None = None, *, recovery_code: str | None = None) -> KeyRing:
        """The keys of the home, by key file, passphrase or recovery code; opens no file with them.

        Raises:
            NoHome, NotAHome, PassphraseNeeded, WrongPassphrase, CodeMistyped: see `keys.unlock`.
        """
        if not self.path.is_dir():
            raise NoHome("There is no home here yet.")
        if recovery_code:
            return unlock_with_recovery(self.path, recovery_code)
        return unlock(self.path, passphrase=passphrase)

    def open_with(self, ring: KeyRing) -> OpenHome:
        """Open both files by keys that were opened before.

        Raises:
            StoreLocked, StoreDamaged, StoreTooNew: see `open_gateway`.
        """
        gateway = open_gateway(self.gateway_db, ring.gateway)
        try:
            local = open_local(self.local_db, ring.local) if ring.local else None
        except BaseException:
            gateway.close()
            raise
        return OpenHome(self, ring, gateway, local, is_simulation(gateway))

    def _strange(self) -> list[Path]:
        return [file for file in self.path.iterdir() if file != self.config]


@dataclass(frozen=True, slots=True)
class OpenHome:
    """A home whose keys are open.

    Attributes:
        local: None where only the sending side's keys were opened.
        simulation: made for simulated devices alone; cannot be changed.
    """

    home: Home
    ring: KeyRing
    gateway: Database
    local: LocalStore | None
    simulation: bool

    def warnings(self, now: Instant) -> list[str]:
        """What is not as it was left, as sentences; losses written down lately too."""
        if self.local is None:
            return []
        return [*check_heads(self.gateway, self.local), *losses(self.gateway, now)]

    def close(self) -> None:
        """Close both files."""
        self.gateway.close()
        if self.local is not None:
            self.local.db.close()
