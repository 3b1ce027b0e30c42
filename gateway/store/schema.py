"""The tables of `gateway.db`. Every table is STRICT; times are milliseconds UTC.

It holds what may be shared once the person agrees; `local.db` holds what stays here
(`local_schema`). They have keys of their own and are never attached to each other.
"""

from __future__ import annotations

GATEWAY = """
CREATE TABLE person (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, born TEXT NOT NULL, added_at INTEGER NOT NULL
) STRICT;
-- born: YYYY-MM

CREATE TABLE device (
    key TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person (key), adapter TEXT NOT NULL,
    profile TEXT NOT NULL, title TEXT NOT NULL, manufacturer TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '', hardware TEXT NOT NULL DEFAULT '',
    firmware TEXT NOT NULL DEFAULT '', software TEXT NOT NULL DEFAULT '',
    body_site TEXT NOT NULL DEFAULT '', simulated INTEGER NOT NULL,
    added_at INTEGER NOT NULL, forgotten_at INTEGER, several INTEGER NOT NULL DEFAULT 0
) STRICT;
-- adapter: 'ble' or 'healthkit'; several: several people use it, and `person` looks after it

-- Whose each user number of a device is; person NULL where it is nobody's of this house.
CREATE TABLE slot (
    device TEXT NOT NULL REFERENCES device (key), user INTEGER NOT NULL,
    person TEXT REFERENCES person (key), at INTEGER NOT NULL, PRIMARY KEY (device, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE series (
    id INTEGER PRIMARY KEY, person TEXT NOT NULL REFERENCES person (key), kind TEXT NOT NULL,
    device TEXT NOT NULL, source TEXT NOT NULL, simulated INTEGER NOT NULL,
    n INTEGER NOT NULL DEFAULT 0,
    UNIQUE (person, kind, device, source)
) STRICT;

CREATE TABLE reading (
    series INTEGER NOT NULL REFERENCES series (id), start INTEGER NOT NULL,
    duration INTEGER NOT NULL, value ANY NOT NULL, nth INTEGER NOT NULL,
    decimals INTEGER NOT NULL, flags INTEGER NOT NULL, intake INTEGER NOT NULL,
    PRIMARY KEY (series, start, duration, value, nth)
) STRICT, WITHOUT ROWID;

-- In which units the readings of a series were written before they were turned into their kind's.
CREATE TABLE written (
    series INTEGER NOT NULL REFERENCES series (id), unit TEXT NOT NULL, PRIMARY KEY (series, unit)
) STRICT, WITHOUT ROWID;

-- Those whose time a person has to confirm (CLOCK_NOT_TRUSTED and TIME_OF_ARRIVAL); they are few.
CREATE INDEX reading_of_unsure_time ON reading (series, intake) WHERE flags & 262148;

-- What people said of such times: for what arrived after one intake number and up to another.
CREATE TABLE clock_answer (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, person TEXT NOT NULL REFERENCES person (key),
    after INTEGER NOT NULL, intake INTEGER NOT NULL, is_right INTEGER NOT NULL,
    at INTEGER NOT NULL, actor TEXT NOT NULL
) STRICT;
CREATE INDEX clock_answer_by_device ON clock_answer (device, person);
CREATE TRIGGER clock_answer_never_changes BEFORE UPDATE ON clock_answer
BEGIN SELECT RAISE(ABORT, 'what was said of a clock never changes'); END;
CREATE TRIGGER clock_answer_never_shrinks BEFORE DELETE ON clock_answer
BEGIN SELECT RAISE(ABORT, 'what was said of a clock never goes'); END;

CREATE TABLE waveform (
    digest TEXT PRIMARY KEY, period_ms REAL NOT NULL, factor TEXT NOT NULL, samples BLOB NOT NULL
) STRICT;

-- Readings that a device keeps as records: known again by their record, whatever its clock says.
CREATE TABLE record (
    series INTEGER NOT NULL, digest BLOB NOT NULL, value ANY NOT NULL, nth INTEGER NOT NULL,
    start INTEGER NOT NULL, duration INTEGER NOT NULL, row_nth INTEGER NOT NULL,
    PRIMARY KEY (series, digest, value, nth)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX record_by_row ON record (series, start, duration, value, row_nth);
-- digest: keyed, for a device's own time tells where it is; row_nth: `nth` of the reading's row

-- The order of arrival: gap-free, one row per series and commit. `last` is the highest start.
CREATE TABLE intake (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, source TEXT NOT NULL, series INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, rows INTEGER NOT NULL
) STRICT;

CREATE TABLE quarter_hour (
    series INTEGER NOT NULL, bucket INTEGER NOT NULL, n INTEGER NOT NULL,
    lo REAL NOT NULL, hi REAL NOT NULL, total REAL NOT NULL, last REAL NOT NULL,
    PRIMARY KEY (series, bucket)
) STRICT, WITHOUT ROWID;
-- bucket: start of the quarter hour, ms // 900000; last: its newest number

-- The same by the hour, so that a year is 8,760 rows and not 35,040.
CREATE TABLE hour (
    series INTEGER NOT NULL, bucket INTEGER NOT NULL, n INTEGER NOT NULL,
    lo REAL NOT NULL, hi REAL NOT NULL, total REAL NOT NULL, last REAL NOT NULL,
    PRIMARY KEY (series, bucket)
) STRICT, WITHOUT ROWID;
-- bucket: start of the hour, ms // 3600000

-- Hours whose rows in `quarter_hour` and `hour` are not what the readings say now.
CREATE TABLE dirty (
    series INTEGER NOT NULL, hour INTEGER NOT NULL, PRIMARY KEY (series, hour)
) STRICT, WITHOUT ROWID;

-- Of what several sources counted at once, how much the sum of all holds too much: by quarter hour.
CREATE TABLE overlap (
    person TEXT NOT NULL, kind TEXT NOT NULL, quarter INTEGER NOT NULL, less REAL NOT NULL,
    PRIMARY KEY (person, kind, quarter)
) STRICT, WITHOUT ROWID;

-- Days of UTC of which `overlap` is not what the readings say now.
CREATE TABLE unresolved (
    person TEXT NOT NULL, kind TEXT NOT NULL, day INTEGER NOT NULL,
    PRIMARY KEY (person, kind, day)
) STRICT, WITHOUT ROWID;

-- Sources that a person put before others; a lower place counts first.
CREATE TABLE source_order (
    person TEXT NOT NULL REFERENCES person (key), device TEXT NOT NULL, source TEXT NOT NULL,
    place INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (person, device, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE correction (
    series INTEGER NOT NULL, start INTEGER NOT NULL, duration INTEGER NOT NULL,
    value ANY NOT NULL, nth INTEGER NOT NULL, version INTEGER NOT NULL,
    new_value ANY, new_decimals INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '', PRIMARY KEY (series, start, duration, value, nth, version)
) STRICT, WITHOUT ROWID;
-- new_value NULL: the reading was entered in error; why: a word of a closed list

CREATE VIEW current_reading AS
SELECT r.series, r.start, r.duration, r.value, r.nth, r.flags, r.intake,
       CASE WHEN c.version IS NULL THEN r.value ELSE c.new_value END AS current_value,
       CASE WHEN c.version IS NULL THEN r.decimals ELSE c.new_decimals END AS current_decimals,
       COALESCE(c.version, 0) AS version
FROM reading r LEFT JOIN correction c
  ON (c.series, c.start, c.duration, c.value, c.nth)
   = (r.series, r.start, r.duration, r.value, r.nth)
 AND c.version = (SELECT MAX(version) FROM correction x
     WHERE (x.series, x.start, x.duration, x.value, x.nth)
         = (r.series, r.start, r.duration, r.value, r.nth));

-- Deleted readings, by a keyed digest of their identity alone: an import must not bring them back.
CREATE TABLE tombstone (digest BLOB PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE gap (
    id INTEGER PRIMARY KEY, person TEXT NOT NULL, device TEXT NOT NULL,
    since INTEGER NOT NULL, until INTEGER, why TEXT NOT NULL
) STRICT;

CREATE TABLE import_run (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, person TEXT NOT NULL, adapter TEXT NOT NULL,
    archive BLOB NOT NULL, finished_at INTEGER, report TEXT NOT NULL
) STRICT;
-- archive: keyed digest of the file's bytes; report: JSON

-- The consent ledger: appended to, never changed (triggers forbid UPDATE and DELETE).
CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY, event TEXT NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;
CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the consent ledger never changes'); END;
CREATE TRIGGER ledger_never_shrinks BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the consent ledger never shrinks'); END;

CREATE TABLE recipient (
    key TEXT PRIMARY KEY, invitation TEXT NOT NULL, secret BLOB NOT NULL,
    patient TEXT NOT NULL DEFAULT '', state TEXT NOT NULL, added_at INTEGER NOT NULL,
    person TEXT NOT NULL REFERENCES person (key)
) STRICT;
-- patient: 'Patient/…' at the recipient, '' until known; state: active, suspended, removed

-- Where each resource of ours stands at the recipient: gateway, a device, the patient.
CREATE TABLE remote (
    recipient TEXT NOT NULL, what TEXT NOT NULL, reference TEXT NOT NULL,
    PRIMARY KEY (recipient, what)
) STRICT, WITHOUT ROWID;

-- How far release has read: the last intake, ledger entry and answer about a clock that it took
-- into account, and when.
CREATE TABLE released (
    id INTEGER PRIMARY KEY CHECK (id = 1), intake INTEGER NOT NULL, ledger INTEGER NOT NULL,
    at INTEGER NOT NULL, clock_answer INTEGER NOT NULL
) STRICT;
INSERT INTO released VALUES (1, 0, 0, 0, 0);

-- What consent covers and is not claimed yet, as spans of measurement time [first, last].
CREATE TABLE waiting (
    id INTEGER PRIMARY KEY, recipient TEXT NOT NULL, series INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, grain TEXT NOT NULL, consent TEXT NOT NULL
) STRICT;
CREATE INDEX waiting_by_recipient ON waiting (recipient, series, first);

-- What was waiting when its consent was withdrawn: never sent, kept to be shown.
CREATE TABLE withdrawn (
    id INTEGER PRIMARY KEY, recipient TEXT NOT NULL, series INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, grain TEXT NOT NULL, consent TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- A recipient that is left alone until then, because it asked for it or did not answer.
CREATE TABLE pause (
    recipient TEXT PRIMARY KEY, until INTEGER NOT NULL, tries INTEGER NOT NULL, why TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row a reading once it is claimed for sending.
CREATE TABLE delivery (
    recipient TEXT NOT NULL, series INTEGER NOT NULL, start INTEGER NOT NULL,
    duration INTEGER NOT NULL, value ANY NOT NULL, nth INTEGER NOT NULL, version INTEGER NOT NULL,
    batch INTEGER NOT NULL, state TEXT NOT NULL, reference TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (recipient, series, start, duration, value, nth, version)
) STRICT, WITHOUT ROWID;
-- state: sending, sent, already, rejected, deferred, unknown, cancelled, withheld
-- later: etag, see `ETAG`
CREATE INDEX delivery_by_batch ON delivery (batch);
CREATE INDEX delivery_open ON delivery (recipient, state) WHERE state NOT IN ('sent', 'already');

-- How far the version of a summary that was made fell back by deletions in its time, and more.
CREATE TABLE summary_loss (
    series INTEGER NOT NULL, start INTEGER NOT NULL, duration INTEGER NOT NULL,
    grain TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (series, start, duration, grain)
) STRICT, WITHOUT ROWID;

-- Times of such summaries that release has not looked at since.
CREATE TABLE thinned (
    id INTEGER PRIMARY KEY, series INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL
) STRICT;

CREATE TABLE delivery_count (
    recipient TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (recipient, kind, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch (
    id INTEGER PRIMARY KEY, recipient TEXT NOT NULL, claimed_at INTEGER NOT NULL,
    consent TEXT NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL DEFAULT 0,
    sha256 BLOB NOT NULL DEFAULT x'', state TEXT NOT NULL, answered_at INTEGER,
    provenance TEXT NOT NULL DEFAULT '', not_before INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0, grain TEXT NOT NULL DEFAULT 'raw'
) STRICT;
-- state: sending, done, unknown, deferred, cancelled
-- provenance: where it stands at the recipient; '' until it is made, '-' where there is none
-- later: outcome, see `OUTCOME`
CREATE INDEX batch_by_state ON batch (state, recipient);
CREATE INDEX batch_without_provenance ON batch (recipient) WHERE provenance = '';

CREATE TABLE session (
    digest BLOB PRIMARY KEY, person TEXT NOT NULL, made_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL, form_token TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, act TEXT NOT NULL,
    detail TEXT NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail never changes'); END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail never shrinks'); END;

CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- small facts of this home: 'simulation', 'running', 'notice_seen', …
-- 'simulation' is written when the home is made, and stays as it is for ever.
CREATE TRIGGER simulation_is_said_once BEFORE INSERT ON note
WHEN NEW.name = 'simulation' AND EXISTS (SELECT 1 FROM note WHERE name = 'simulation')
BEGIN SELECT RAISE(ABORT, 'simulation is a home of its own, for ever'); END;
CREATE TRIGGER simulation_never_changes BEFORE UPDATE ON note
WHEN 'simulation' IN (OLD.name, NEW.name)
BEGIN SELECT RAISE(ABORT, 'simulation is a home of its own, for ever'); END;
CREATE TRIGGER simulation_never_goes BEFORE DELETE ON note WHEN OLD.name = 'simulation'
BEGIN SELECT RAISE(ABORT, 'simulation is a home of its own, for ever'); END;
"""

ETAG = """
ALTER TABLE delivery ADD COLUMN etag TEXT NOT NULL DEFAULT '';
-- The id of the version at the recipient that it told when it took this; '' if it told none.
"""

SET_RIGHT = """
-- Readings whose time was set right by a look at their device's clock, and what may be told of it.
CREATE TABLE set_right (
    series INTEGER NOT NULL, start INTEGER NOT NULL, duration INTEGER NOT NULL,
    value ANY NOT NULL, nth INTEGER NOT NULL, look_at INTEGER NOT NULL,
    ahead_ms INTEGER CHECK (ABS(ahead_ms) < 450000),
    PRIMARY KEY (series, start, duration, value, nth)
) STRICT, WITHOUT ROWID;
-- look_at: by our clock; ahead_ms: how far ahead of it theirs was, without any zone; NULL where it
-- was half of a quarter hour or more, as a clock of another zone is: that stays here
"""

OUTCOME = """
ALTER TABLE batch ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
-- Of the bytes whose SHA-256 it bears: '' none of them left; else they left or may have, and were
-- taken, '0'; not all taken, or that is not known, '4'; all refused, '8'.
UPDATE batch SET outcome = CASE
    WHEN state = 'done' AND answered_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM delivery d WHERE d.batch = batch.id AND d.state NOT IN ('sent', 'already')
    ) THEN '0' ELSE '4' END
WHERE length(sha256) = 32;
"""
