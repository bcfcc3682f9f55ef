-- The ground: mentions and how they are recognised again, what matched nothing, sources,
-- digests, and the mail that waits to be sent.
--
-- Moments are milliseconds since the Unix epoch. JSON columns hold short arrays, not objects.

-- One row: the last sequence number given. Whoever follows the store remembers how far it came.
CREATE TABLE counter (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL
);
INSERT INTO counter VALUES (1, 0);

-- One row: a name drawn at random. A follower that remembers another name follows another store.
CREATE TABLE identity_of_store (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    token TEXT NOT NULL
);
INSERT INTO identity_of_store VALUES (1, lower(hex(randomblob(16))));

CREATE TABLE watchlists (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- A source as it was called when it brought something.
CREATE TABLE origins (
    id   INTEGER PRIMARY KEY,
    key  TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (key, name)
);

CREATE TABLE mentions (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    seq             INTEGER NOT NULL UNIQUE,    -- of the last change
    origin          INTEGER NOT NULL REFERENCES origins (id),
    date            INTEGER NOT NULL,           -- published, or collected where undated
    collected       INTEGER NOT NULL,
    published       INTEGER,
    kind            TEXT NOT NULL,
    native_id       TEXT,
    url             TEXT,
    permalink       INTEGER NOT NULL,
    canonical_url   TEXT,                       -- NULL where there is none; '' where equal to url
    title           TEXT,
    author_name     TEXT,
    author_handle   TEXT,
    followers       INTEGER,
    lang_hint       TEXT,
    rating          REAL,
    engagement      INTEGER,
    parent          TEXT,
    owner_reply     TEXT,                       -- JSON: [text, published]
    language        TEXT NOT NULL,
    sentiment       TEXT NOT NULL,
    sentiment_score REAL NOT NULL,
    intent          TEXT NOT NULL,
    priority        TEXT NOT NULL,
    priority_score  INTEGER NOT NULL,
    because         TEXT NOT NULL,              -- JSON: what made the scores
    watchlists      TEXT NOT NULL,              -- JSON: numbers of the watchlists that collect it
    hits            TEXT NOT NULL,              -- JSON: [watchlist, field, start, end, term]
    copies          INTEGER NOT NULL DEFAULT 0,
    status          TEXT NOT NULL DEFAULT 'open',
    tags            TEXT NOT NULL DEFAULT '[]', -- JSON
    text            TEXT NOT NULL               -- last: rows are read up to the column asked for
);
CREATE INDEX mentions_by_date ON mentions (date);

-- Mentions that are gone, for those who follow.
CREATE TABLE tombstones (
    seq     INTEGER PRIMARY KEY,
    mention INTEGER NOT NULL
);

-- When a watchlist first collected a mention. Digests and alerts cover ranges of `seq`; a row is
-- never changed, so that nothing enters a digest twice.
CREATE TABLE matches (
    watchlist INTEGER NOT NULL REFERENCES watchlists (id),
    seq       INTEGER NOT NULL,
    mention   INTEGER NOT NULL,
    baseline  INTEGER NOT NULL, -- 1 = was there before anyone listened: in no digest, no alert
    PRIMARY KEY (watchlist, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX matches_by_mention ON matches (mention, watchlist);

-- How an item is recognised when it comes again. `subject` is the number of a mention, or minus
-- the number of an item in `unmatched`, or 0 for what was deleted and must not come back.
CREATE TABLE identities (
    key     BLOB NOT NULL,      -- 16 bytes: what it is recognised by, those of a source together
    subject INTEGER NOT NULL,
    content INTEGER,            -- the fingerprint seen last; NULL where the key does not tell
    PRIMARY KEY (key, subject)
) WITHOUT ROWID;
CREATE INDEX identities_by_subject ON identities (subject);

-- What was read and matched no watchlist, kept aside for a while.
CREATE TABLE unmatched (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    origin        INTEGER NOT NULL REFERENCES origins (id),
    collected     INTEGER NOT NULL,
    canonical_url TEXT,
    item          TEXT NOT NULL -- JSON of the item
);
CREATE INDEX unmatched_by_collected ON unmatched (collected);

CREATE TABLE sources (
    key         TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    next        INTEGER,
    last_poll   INTEGER,
    last_ok     INTEGER,
    health      TEXT NOT NULL,
    since       INTEGER,
    error       TEXT,
    error_count INTEGER NOT NULL,
    items       INTEGER NOT NULL,
    memory      TEXT NOT NULL, -- JSON
    claimed_by  TEXT,
    claimed_at  INTEGER
) WITHOUT ROWID;

CREATE TABLE digests (
    key      TEXT PRIMARY KEY,
    last_seq INTEGER NOT NULL, -- covered so far
    last_at  INTEGER NOT NULL  -- the end of the window covered last
) WITHOUT ROWID;

CREATE TABLE digest_issues (
    id          INTEGER PRIMARY KEY,
    digest      TEXT NOT NULL REFERENCES digests (key),
    from_seq    INTEGER NOT NULL, -- covers from_seq < seq <= to_seq
    to_seq      INTEGER NOT NULL,
    window_from INTEGER NOT NULL,
    window_to   INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    message_ids TEXT NOT NULL,    -- JSON
    UNIQUE (digest, from_seq, window_from)
);

CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY,
    key        TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL,
    sender     TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    subject    TEXT NOT NULL,
    message_id TEXT NOT NULL,
    state      TEXT NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    next       INTEGER NOT NULL,
    error      TEXT,
    claimed_by TEXT,
    claimed_at INTEGER,
    created    INTEGER NOT NULL,
    sent_at    INTEGER,
    message    BLOB NOT NULL
);
CREATE INDEX outbox_waiting ON outbox (next) WHERE state = 'waiting';
