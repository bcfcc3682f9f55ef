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
