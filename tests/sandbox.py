"""The FHIR server of a test module: importing `sandbox` makes the fixture known there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts import sandbox_server


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sandbox_server.Sandbox]:
    """One server for a module: `sekmet-fhir`, which nobody here wrote."""
    with sandbox_server.running(tmp_path_factory.mktemp("sandbox")) as server:
        yield server
