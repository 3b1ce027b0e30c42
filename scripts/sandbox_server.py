"""A FHIR server that nobody here wrote, on a free loopback port: for tests and the demo.

`sekmet-fhir` (extra ``sandbox``) runs as a process of its own with a SQLite file in a directory
that the caller owns.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request  # noqa: TID251  # asks only the server that it started, on loopback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import AF_INET, SOCK_STREAM, socket  # noqa: TID251  # finds a free loopback port

_SECONDS_TO_START = 60.0


@dataclass(frozen=True)
class Sandbox:
    """A running server.

    Attributes:
        base: its FHIR address, e.g. ``http://127.0.0.1:40001/fhir``.
        home: the directory that holds its database and its log.
        process: the server's process.
    """

    base: str
    home: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it; what it stored stays in ``home``."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket(AF_INET, SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(home: Path, *, port: int = 0, token: str = "", validation: str = "strict") -> Sandbox:
    """Start the server and wait until it answers.

    Args:
        home: an existing directory; a database that is there is used again.
        port: where; 0 takes a free one.
        token: a bearer token that it asks for; none by default.
        validation: ``strict``, ``warn`` or ``off``.

    Raises:
        RuntimeError: it did not start; the message holds the end of its log.
    """
    port = port or free_port()
    base = f"http://127.0.0.1:{port}/fhir"
    (home / "settings.yaml").write_text(_settings(home, port, base, token, validation))
    log = home / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--factory", "sekmet.main:app_factory",
             "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"],
            cwd=home, stdout=output, stderr=output,
            env={**os.environ, "SEKMET_CONFIG": str(home / "settings.yaml")},
        )  # fmt: skip
    sandbox = Sandbox(base, home, process)
    until = time.monotonic() + _SECONDS_TO_START
    while not _answers(base):
        if process.poll() is not None or time.monotonic() > until:
            sandbox.stop()
            raise RuntimeError(f"the FHIR server did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.1)
    return sandbox


@contextlib.contextmanager
def running(home: Path, *, token: str = "") -> Iterator[Sandbox]:
    """A server for the length of a ``with``."""
    sandbox = start(home, token=token)
    try:
        yield sandbox
    finally:
        sandbox.stop()


def _settings(home: Path, port: int, base: str, token: str, validation: str) -> str:
    """The server's settings: loopback, no outside help, nothing simulated. JSON is YAML."""
    auth = {"types": ["bearer"], "tokens": [token]} if token else {"types": ["none"]}
    return json.dumps(
        {
            "base_url": base,
            "host": "127.0.0.1",
            "port": port,
            "data_dir": str(home),
            "db_path": str(home / "sandbox.db"),
            "server_auth": auth,
            "validation": {"inbound": validation},
            "simulator": {"enabled": False},
            "own_private_key_path": str(home / "key.pem"),
            "log_inbound": False,
        }
    )


def _answers(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/metadata", timeout=2) as answer:  # noqa: S310, TID251
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main() -> int:
    """Run a server until it is stopped; print its address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="where its database is kept")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        home = chosen.home or Path(directory)
        home.mkdir(parents=True, exist_ok=True)
        sandbox = start(home, port=chosen.port, token=chosen.token)
        print(sandbox.base, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            sandbox.process.wait()
        sandbox.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
