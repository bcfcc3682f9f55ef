-- Alerts: how far each came, its incidents, and the mentions that they are about.

-- Like `digests`: what came up to `last_seq` was looked at. `turn` grows by one with every
-- evaluation that changed something, so that two programs do not do the same one.
CREATE TABLE alerts (
    key         TEXT PRIMARY KEY,
    last_seq    INTEGER NOT NULL,
    started     INTEGER NOT NULL,           -- when it began to listen
    turn        INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE incidents (
    id        INTEGER PRIMARY KEY,
    alert     TEXT NOT NULL,
    opened    INTEGER NOT NULL,
    seen      INTEGER NOT NULL,             -- when it last held
    messages  INTEGER NOT NULL DEFAULT 0,   -- that each recipient got
    first     INTEGER,                      -- when the first of them was made
    last      INTEGER,                      -- when the last of them was made
    acked     INTEGER,
    escalated INTEGER,
    closed    INTEGER,
    facts     TEXT NOT NULL                 -- JSON: what was counted
);
CREATE INDEX incidents_open ON incidents (alert) WHERE closed IS NULL;

CREATE TABLE incident_mentions (
    incident INTEGER NOT NULL REFERENCES incidents (id),
    mention  INTEGER NOT NULL,
    told     INTEGER NOT NULL,              -- the message that told of it; 0 = held back
    PRIMARY KEY (incident, mention)
) WITHOUT ROWID;
CREATE INDEX incident_mentions_by_mention ON incident_mentions (mention);

ALTER TABLE outbox ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail';
-- Attempts whose end nobody saw: the message may have arrived each time.
ALTER TABLE outbox ADD COLUMN uncertain INTEGER NOT NULL DEFAULT 0;

-- Two issues may begin at the same moment and number: where someone asks for one twice while the
-- clock stands before the end of the window covered last. Each covers nothing, and says so.
CREATE TABLE issues (
    id          INTEGER PRIMARY KEY,
    digest      TEXT NOT NULL REFERENCES digests (key),
    from_seq    INTEGER NOT NULL, -- covers from_seq < seq <= to_seq
    to_seq      INTEGER NOT NULL,
    window_from INTEGER NOT NULL,
    window_to   INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    message_ids TEXT NOT NULL     -- JSON
);
INSERT INTO issues SELECT id, digest, from_seq, to_seq, window_from, window_to, created, message_ids
    FROM digest_issues;
DROP TABLE digest_issues;
ALTER TABLE issues RENAME TO digest_issues;
CREATE INDEX digest_issues_by_digest ON digest_issues (digest, id);

-- What was read when, by source: for what a digest says was read, and for sources that fall silent.
CREATE INDEX mentions_by_collected ON mentions (collected, origin);
