"""Keys: opened three ways, wrapped anew, never shown; names that a recovery code brings back."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.store import keys
from gateway.store.envelopes import read_wraps, write_wraps
from gateway.store.errors import (
    CodeMistyped,
    HomeExists,
    KeyFileOpenToOthers,
    NoHome,
    NotAHome,
    PassphraseNeeded,
    StoreDamaged,
    WrongPassphrase,
)
from gateway.store.recovery import entropy_of, printed


def _files(home: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in home.iterdir()}


def test_all_three_ways_open_the_same_keys(tmp_path: Path) -> None:
    ring, code = keys.make_keys(tmp_path, passphrase="a long walk", key_file=True)
    assert keys.unlock(tmp_path) == ring
    assert keys.unlock_with_recovery(tmp_path, code) == ring
    (tmp_path / "key").unlink()
    assert keys.unlock(tmp_path, passphrase="a long walk") == ring
    with pytest.raises(PassphraseNeeded):
        keys.unlock(tmp_path)


def test_the_four_keys_are_four(tmp_path: Path) -> None:
    ring, _ = keys.make_keys(tmp_path, passphrase=None, key_file=True)
    assert len({ring.gateway, ring.local, ring.identity, ring.signing}) == 4
    assert all(len(key) == 32 for key in (ring.gateway, ring.local, ring.identity, ring.signing))


def test_a_wrong_passphrase_changes_nothing(tmp_path: Path) -> None:
    keys.make_keys(tmp_path, passphrase="right", key_file=False)
    before = _files(tmp_path)
    with pytest.raises(WrongPassphrase) as caught:
        keys.unlock(tmp_path, passphrase="wrong")
    assert caught.value.next_step
    assert _files(tmp_path) == before


def test_a_new_passphrase_wraps_the_same_keys(tmp_path: Path) -> None:
    ring, code = keys.make_keys(tmp_path, passphrase="old", key_file=False)
    keys.set_passphrase(tmp_path, keys.unlock(tmp_path, passphrase="old"), "new")
    assert keys.unlock(tmp_path, passphrase="new") == ring
    assert keys.unlock_with_recovery(tmp_path, code) == ring
    with pytest.raises(WrongPassphrase):
        keys.unlock(tmp_path, passphrase="old")


def test_a_forgotten_passphrase_is_replaced_by_the_recovery_code(tmp_path: Path) -> None:
    ring, code = keys.make_keys(tmp_path, passphrase="forgotten", key_file=False)
    keys.set_passphrase(tmp_path, keys.unlock_with_recovery(tmp_path, code), "remembered")
    assert keys.unlock(tmp_path, passphrase="remembered") == ring


def test_one_passphrase_typed_on_two_keyboards_is_one(tmp_path: Path) -> None:
    ring, _ = keys.make_keys(tmp_path, passphrase="caf\u00e9", key_file=False)
    assert keys.unlock(tmp_path, passphrase="cafe\u0301") == ring


def test_a_home_with_the_same_code_gives_devices_the_same_names(tmp_path: Path) -> None:
    first, second, other = tmp_path / "1", tmp_path / "2", tmp_path / "3"
    for home in (first, second, other):
        home.mkdir()
    ring, code = keys.make_keys(first, passphrase=None, key_file=True)
    again, same_code = keys.make_keys(second, passphrase=None, key_file=True, recovery_code=code)
    stranger, _ = keys.make_keys(other, passphrase=None, key_file=True)
    assert same_code == code
    assert again.identity == ring.identity
    assert (again.gateway, again.local, again.signing) != (ring.gateway, ring.local, ring.signing)
    name = keys.device_key(ring.identity, "C0:FF:EE:00:00:01")
    assert keys.device_key(again.identity, "C0:FF:EE:00:00:01") == name
    assert keys.device_key(stranger.identity, "C0:FF:EE:00:00:01") != name
    assert str(keys.source_key(ring.identity, "C0:FF:EE:00:00:01")) != name
    assert len(name) == 20
    assert name.isalnum()
    assert name == name.lower()


def test_the_sending_account_opens_the_first_envelope_alone(tmp_path: Path) -> None:
    ring, _ = keys.make_keys(tmp_path, passphrase="p", key_file=True)
    (tmp_path / "key").write_bytes(keys.sender_key_file(tmp_path))
    sender = keys.unlock(tmp_path)
    assert (sender.gateway, sender.identity, sender.signing) == (
        ring.gateway,
        ring.identity,
        ring.signing,
    )
    assert sender.local == b""
    with pytest.raises(ValueError, match="fully opened"):
        keys.set_passphrase(tmp_path, sender, "mine")


def test_a_systemd_credential_stands_for_the_key_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, credentials = tmp_path / "home", tmp_path / "credentials"
    home.mkdir()
    credentials.mkdir()
    ring, _ = keys.make_keys(home, passphrase=None, key_file=True)
    (home / "key").rename(credentials / keys.CREDENTIAL)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert keys.unlock(home) == ring


def test_a_key_file_comes_and_goes(tmp_path: Path) -> None:
    ring, _ = keys.make_keys(tmp_path, passphrase="p", key_file=False)
    assert keys.add_key_file(tmp_path, ring).stat().st_mode & 0o777 == 0o600
    assert keys.unlock(tmp_path) == ring
    keys.remove_key_file(tmp_path)
    with pytest.raises(PassphraseNeeded):
        keys.unlock(tmp_path)


def test_the_last_way_in_is_not_removed(tmp_path: Path) -> None:
    keys.make_keys(tmp_path, passphrase=None, key_file=True)
    with pytest.raises(PassphraseNeeded):
        keys.remove_key_file(tmp_path)
    keys.unlock(tmp_path)


def test_a_key_file_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    keys.make_keys(tmp_path, passphrase=None, key_file=True)
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(KeyFileOpenToOthers):
        keys.unlock(tmp_path)


def test_a_key_file_of_another_home_falls_back_to_the_passphrase(tmp_path: Path) -> None:
    home, other = tmp_path / "1", tmp_path / "2"
    home.mkdir()
    other.mkdir()
    ring, _ = keys.make_keys(home, passphrase="p", key_file=True)
    keys.make_keys(other, passphrase=None, key_file=True)
    (other / "key").replace(home / "key")
    with pytest.raises(WrongPassphrase):
        keys.unlock(home)
    assert keys.unlock(home, passphrase="p") == ring


def test_what_is_no_home_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoHome):
        keys.unlock(tmp_path / "nowhere", passphrase="p")
    with pytest.raises(NotAHome):
        keys.unlock(tmp_path, passphrase="p")


def test_keys_are_never_made_over_others(tmp_path: Path) -> None:
    keys.make_keys(tmp_path, passphrase=None, key_file=True)
    before = _files(tmp_path)
    with pytest.raises(HomeExists):
        keys.make_keys(tmp_path, passphrase="p", key_file=False)
    assert _files(tmp_path) == before


@pytest.mark.parametrize(
    "content", [b"", b"not base64!\n", b"c2hvcnQ=\n"], ids=["empty", "text", "short"]
)
def test_a_damaged_key_file_says_so(tmp_path: Path, content: bytes) -> None:
    keys.make_keys(tmp_path, passphrase=None, key_file=True)
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(StoreDamaged):
        keys.unlock(tmp_path)


def test_damaged_wraps_say_so(tmp_path: Path) -> None:
    keys.make_keys(tmp_path, passphrase=None, key_file=True)
    (tmp_path / "keys.json").write_text('{"version": 2}')
    with pytest.raises(StoreDamaged):
        keys.unlock(tmp_path)


def test_a_weakened_stretching_does_not_open(tmp_path: Path) -> None:
    keys.make_keys(tmp_path, passphrase="p", key_file=False)
    wraps = read_wraps(tmp_path / "keys.json")
    weak = wraps.ways["passphrase"].model_copy(update={"passes": 1, "memory_kib": 64})
    write_wraps(tmp_path / "keys.json", wraps.model_copy(update={"ways": {"passphrase": weak}}))
    with pytest.raises(WrongPassphrase):
        keys.unlock(tmp_path, passphrase="p")


def test_a_passphrase_is_stretched_as_designed(tmp_path: Path) -> None:
    keys.make_keys(tmp_path, passphrase="p", key_file=False)
    wrap = json.loads((tmp_path / "keys.json").read_text())["ways"]["passphrase"]
    assert (wrap["memory_kib"], wrap["passes"], wrap["lanes"]) == (65536, 3, 4)


def test_no_key_is_shown_or_written_in_the_open(tmp_path: Path) -> None:
    ring, code = keys.make_keys(tmp_path, passphrase="a long walk", key_file=True)
    assert repr(ring) == "KeyRing()"
    content = b"".join(_files(tmp_path).values())
    for secret in (ring.gateway, ring.local, ring.identity, ring.signing):
        assert secret not in content
        assert secret.hex().encode() not in content
    assert code.encode() not in content
    assert b"long walk" not in content
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in tmp_path.iterdir())


@given(st.binary(min_size=20, max_size=20))
def test_a_printed_code_reads_back_however_it_is_typed(entropy: bytes) -> None:
    code = printed(entropy)
    assert len(code.split("-")) == 8
    assert entropy_of(code) == entropy
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert entropy_of(typed) == entropy


@settings(max_examples=50)
@given(st.binary(min_size=20, max_size=20), st.randoms(use_true_random=False))
def test_every_slip_of_a_finger_is_noticed(entropy: bytes, chance: random.Random) -> None:
    signs = list(printed(entropy).replace("-", ""))
    place = chance.randrange(40)
    group = place // 5 + 1
    wrong = signs.copy()
    wrong[place] = chance.choice([s for s in "23456789ABCDEFGH" if s != signs[place]])
    with pytest.raises(CodeMistyped) as caught:
        entropy_of("".join(wrong))
    assert caught.value.group == group
    assert str(group) in caught.value.next_step
    if place % 5 and signs[place] != signs[place - 1]:
        swapped = signs.copy()
        swapped[place - 1], swapped[place] = swapped[place], swapped[place - 1]
        with pytest.raises(CodeMistyped):
            entropy_of("".join(swapped))


def test_groups_in_the_wrong_order_and_codes_too_short_are_noticed() -> None:
    groups = printed(bytes(range(20))).split("-")
    with pytest.raises(CodeMistyped):
        entropy_of("-".join([groups[1], groups[0], *groups[2:]]))
    with pytest.raises(CodeMistyped) as caught:
        entropy_of("-".join(groups[:7]))
    assert caught.value.group == 0


def test_a_code_of_another_home_does_not_open(tmp_path: Path) -> None:
    keys.make_keys(tmp_path, passphrase=None, key_file=True)
    with pytest.raises(WrongPassphrase):
        keys.unlock_with_recovery(tmp_path, printed(bytes(20)))
