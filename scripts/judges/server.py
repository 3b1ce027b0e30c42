"""HAPI FHIR's JPA server on loopback, in memory: a second FHIR server that nobody here wrote."""

from __future__ import annotations

import contextlib
import selectors
import subprocess
from collections.abc import Iterator
from pathlib import Path

from scripts.judges.asking import JAVA, java

_SECONDS_TO_START = 240.0


def installed() -> bool:
    """Whether `scripts/judges/install` has put it into place."""
    return (JAVA / ".installed").exists()


@contextlib.contextmanager
def running(home: Path) -> Iterator[str]:
    """The server for the length of a ``with``; yields its FHIR address.

    Args:
        home: an existing directory for its log.

    Raises:
        RuntimeError: it did not start; the message holds the end of its log.
    """
    log = home / "hapi.log"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            java("FhirServer"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            told = waiting.select(_SECONDS_TO_START)
        address = process.stdout.readline().decode().strip() if told else ""
        if not address:
            raise RuntimeError(f"HAPI FHIR did not start:\n{log.read_text()[-2000:]}")
        yield address
    finally:
        process.stdin.close()  # it ends with its standard input
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
