"""The understudy starts wherever `run` was started, and runs nothing that lies there."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.ble.bluez.understudy import Understudy
from gateway.radio import UNDERSTUDY
from tests.fakes_bluez import private_bus


async def test_nothing_that_lies_where_it_was_started_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "dbus_fast.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    monkeypatch.chdir(folder)
    with private_bus(tmp_path) as bus:
        told = {"file": str(tmp_path / "local.db"), "key": "", "bus": bus}
        understudy = Understudy(UNDERSTUDY, told)
        async with understudy.running(lambda: None):
            assert understudy.is_there
    assert not (tmp_path / "ran").exists()
