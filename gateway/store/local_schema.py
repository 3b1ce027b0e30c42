"""The tables of `local.db`: what stays here. Every table is STRICT; times are milliseconds UTC."""

from __future__ import annotations

LOCAL = """
CREATE TABLE local_name (
    owner TEXT NOT NULL, what TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (owner, what, name)
) STRICT, WITHOUT ROWID;

-- What the last look around found, so that `devices add 2` means what `devices scan` showed.
CREATE TABLE nearby (
    number INTEGER PRIMARY KEY, address TEXT NOT NULL, name TEXT NOT NULL, profile TEXT NOT NULL,
    distance TEXT NOT NULL, seen INTEGER NOT NULL, title TEXT NOT NULL
) STRICT;

CREATE TABLE link_event (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL,
    address TEXT NOT NULL DEFAULT '', rssi INTEGER, detail TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE raw_packet (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, characteristic TEXT NOT NULL,
    received INTEGER NOT NULL, data BLOB NOT NULL, stored INTEGER NOT NULL,
    taken_in INTEGER NOT NULL
) STRICT;
CREATE INDEX raw_packet_open ON raw_packet (received) WHERE taken_in = 0;
CREATE INDEX raw_packet_stored ON raw_packet (device, characteristic) WHERE stored = 1;

CREATE TABLE position (
    route TEXT NOT NULL, at INTEGER NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL,
    altitude REAL, PRIMARY KEY (route, at, latitude, longitude)
) STRICT, WITHOUT ROWID;

CREATE TABLE time_offset (
    source TEXT NOT NULL, at INTEGER NOT NULL, minutes INTEGER NOT NULL, PRIMARY KEY (source, at)
) STRICT, WITHOUT ROWID;

-- Apps, phones and devices that were renamed: the key of the new name, and the one they keep.
CREATE TABLE alias (
    key TEXT PRIMARY KEY, known_as TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE zone_history (
    person TEXT NOT NULL, since INTEGER NOT NULL, zone TEXT NOT NULL, PRIMARY KEY (person, since)
) STRICT, WITHOUT ROWID;

-- Up to which number a device's stored records have come in; session '' where it counts for ever.
CREATE TABLE synced (
    device TEXT NOT NULL, characteristic TEXT NOT NULL, session TEXT NOT NULL,
    number INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (device, characteristic, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE clock_seen (
    device TEXT NOT NULL, at INTEGER NOT NULL, ahead_ms INTEGER NOT NULL,
    was_set INTEGER NOT NULL, PRIMARY KEY (device, at)
) STRICT, WITHOUT ROWID;

-- Readings of users of a device of whom nobody said who they are.
CREATE TABLE unclaimed (
    id INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE, device TEXT NOT NULL,
    user INTEGER NOT NULL, kind TEXT NOT NULL, start INTEGER NOT NULL, duration INTEGER NOT NULL,
    value ANY NOT NULL, decimals INTEGER NOT NULL, nth INTEGER NOT NULL, flags INTEGER NOT NULL,
    record TEXT NOT NULL, at INTEGER NOT NULL, live INTEGER NOT NULL
) STRICT;
CREATE INDEX unclaimed_by_user ON unclaimed (device, user, start);

-- Those of which somebody did: they do not wait again when the device sends them again.
CREATE TABLE answered (digest BLOB PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- The consent code by which a device lets the data of one of its users be read.
CREATE TABLE consent_code (
    device TEXT NOT NULL, user INTEGER NOT NULL, code INTEGER NOT NULL, PRIMARY KEY (device, user)
) STRICT, WITHOUT ROWID;

-- What a person wished of the radio, which another process may serve: to look around, to add a
-- device, or to pair one again, with the question that is asked meanwhile and how it ended. Kept
-- for an hour.
CREATE TABLE wish (
    id INTEGER PRIMARY KEY AUTOINCREMENT, person TEXT NOT NULL, sort TEXT NOT NULL,
    address TEXT NOT NULL, profile TEXT NOT NULL, name TEXT NOT NULL, several INTEGER,
    device TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'wished', question TEXT NOT NULL DEFAULT '',
    answer TEXT NOT NULL DEFAULT '', said TEXT NOT NULL DEFAULT '',
    next_step TEXT NOT NULL DEFAULT ''
) STRICT;
-- sort: 'look', 'add' or 'pair'; question: JSON, while it stands

-- Measurements by which the owner of an unknown device finds out how it speaks: what came over the
-- air, and what the device showed.
CREATE TABLE sample (
    id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, name TEXT NOT NULL,
    heard TEXT NOT NULL, at INTEGER NOT NULL, shown TEXT NOT NULL
) STRICT;
-- heard: JSON, how it made itself known; shown: JSON, a list of [kind, component, value, unit]
CREATE TABLE sample_packet (
    sample INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE, nth INTEGER NOT NULL,
    characteristic TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (sample, nth)
) STRICT, WITHOUT ROWID;

-- Heads of what lives in gateway.db, kept apart so that a file cut short is noticed.
CREATE TABLE head (
    what TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;
-- what: 'ledger', 'intake', 'audit'
"""

LOOKS = """
-- By which look at the device's clock the time of what waits was set right, as in `set_right`.
ALTER TABLE unclaimed ADD COLUMN look_at INTEGER;
ALTER TABLE unclaimed ADD COLUMN ahead_ms INTEGER;
"""
