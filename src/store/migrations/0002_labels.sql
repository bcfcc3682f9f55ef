-- What people say of mentions, apart from what the lists say; at most one row a mention.
CREATE TABLE labels (
    mention   INTEGER PRIMARY KEY,
    sentiment TEXT,                             -- NULL where not judged
    priority  TEXT,                             -- NULL where not judged
    relevant  INTEGER NOT NULL,
    labelled  INTEGER NOT NULL
);
