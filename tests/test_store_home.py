"""The home: made privately, opened by its own keys, never over anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import clock
from gateway.app import make_house, open_house
from gateway.store.errors import (
    HomeExists,
    NoHome,
    NotAHome,
    StoreDamaged,
    StoreFull,
    StoreLocked,
    WrongPassphrase,
)
from gateway.store.home import Home
from gateway.store.readings import Readings
from tests.fakes_store import HEART_RATE, Row, batch, new_person


def test_everything_in_a_home_is_its_owners_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "a" / "home")
    opened, _ = home.create(passphrase="p", key_file=True)
    assert home.path.stat().st_mode & 0o777 == 0o700
    files = {file.name: file.stat().st_mode & 0o777 for file in home.path.iterdir()}
    assert {"gateway.db", "local.db", "keys.json", "key", "gateway.db-wal"} <= set(files)
    assert set(files.values()) == {0o600}
    opened.close()


@pytest.mark.parametrize("simulation", [True, False])
def test_a_home_opens_as_it_was_made(tmp_path: Path, simulation: bool) -> None:
    home = Home(tmp_path)
    made, code = home.create(passphrase="p", simulation=simulation)
    made.close()
    for opened in (home.open("p"), home.open(recovery_code=code)):
        assert opened.simulation is simulation
        assert opened.ring == made.ring
        assert opened.warnings(0) == []
        opened.close()


def test_the_sending_account_sees_no_local_store(tmp_path: Path) -> None:
    from gateway.store.keys import sender_key_file

    home = Home(tmp_path)
    made, _ = home.create(key_file=True)
    made.close()
    (tmp_path / "key").write_bytes(sender_key_file(tmp_path))
    opened = home.open()
    assert opened.local is None
    opened.close()


def test_nothing_is_made_over_something_else(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(NotAHome):
        Home(tmp_path).create(passphrase="p")
    assert [file.name for file in tmp_path.iterdir()] == ["letters.txt"]


def test_a_store_without_its_keys_is_not_made_anew(tmp_path: Path) -> None:
    home = Home(tmp_path)
    made, _ = home.create(passphrase="p")
    made.close()
    with pytest.raises(HomeExists):
        home.create(passphrase="p")
    home.keys.unlink()
    before = home.gateway_db.read_bytes()
    with pytest.raises(NotAHome):
        home.create(passphrase="p")
    assert home.gateway_db.read_bytes() == before


def test_settings_may_be_there_before_the_home(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("")
    made, _ = Home(tmp_path).create(passphrase="p")
    made.close()


def test_opening_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(NoHome):
        Home(tmp_path / "nowhere").open("p")
    with pytest.raises(NotAHome):
        Home(tmp_path).open("p")
    home, other = Home(tmp_path / "one"), Home(tmp_path / "other")
    for one in (home, other):
        one.create(passphrase="p")[0].close()
    with pytest.raises(WrongPassphrase):
        home.open("q")
    other.local_db.replace(home.local_db)
    with pytest.raises(StoreLocked):
        home.open("p")
    home.gateway_db.unlink()
    with pytest.raises(StoreDamaged):
        home.open("p")


def test_a_write_ahead_log_that_lost_rows_is_reported(tmp_path: Path) -> None:
    home = Home(tmp_path)
    opened, _ = home.create(passphrase="p")
    assert opened.local is not None
    person = new_person(opened.gateway)
    readings = Readings(opened.gateway, opened.ring.identity, opened.local)
    opened.gateway.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    cut = home.gateway_db.read_bytes()
    for at in range(3):
        readings.take_in(
            [batch(person, [Row(at)], of=HEART_RATE)], at=at, source="ble", simulated=False
        )
    opened.close()
    home.gateway_db.write_bytes(cut)
    again = home.open("p")
    (sentence,) = again.warnings(0)
    assert "the last 3 arrivals of readings are missing" in sentence
    again.close()


def test_a_loss_is_still_shown_after_new_readings_came(tmp_path: Path) -> None:
    make_house(tmp_path / "home", passphrase=None, key_file=True, simulation=True)
    house = open_house(tmp_path / "home")
    person = house.people.add("Ann", "1980-01", 0)
    house.local.set_head("intake", 3, b"")
    house.close()
    for at in (1, 2):
        house = open_house(tmp_path / "home")
        (sentence,) = house.opened.warnings(clock.now())
        assert "the last 3 arrivals of readings are missing" in sentence
        house.readings.take_in([batch(person, [Row(at)])], at=at, source="ble", simulated=True)
        house.readings.anchor_now()
        house.close()


def test_a_set_up_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreFull("The disk is full.")

    home = Home(tmp_path / "home")
    with monkeypatch.context() as patched:
        patched.setattr("gateway.store.home.create_local", full)
        with pytest.raises(StoreFull):
            home.create(key_file=True)
    assert not any(home.path.iterdir())
    opened, code = home.create(key_file=True)
    opened.close()
    assert code


def test_a_set_up_that_was_killed_half_way_can_be_done_again(tmp_path: Path) -> None:
    path = tmp_path / "home"
    (path / "half-made").mkdir(parents=True)
    (path / "half-made" / "keys.json").write_text("{}")
    (path / "gateway.db").write_bytes(b"half of it")
    opened, _ = Home(path).create(passphrase="four words make one")
    opened.close()
    assert {file.name for file in path.iterdir()} >= {"keys.json", "gateway.db", "local.db"}
    assert not (path / "half-made").exists()
    Home(path).open("four words make one").close()
