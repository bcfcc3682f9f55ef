-- Keys of an import, in sorted runs of their own until they are sorted into `identities`: there they
-- fall on pages all over the table, and each would be written for one or two of them.
CREATE TABLE identity_runs (
    run  INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
    keys INTEGER NOT NULL                   -- how many it has
);
CREATE TABLE run_identities (
    run     INTEGER NOT NULL REFERENCES identity_runs (run),
    key     BLOB NOT NULL,
    subject INTEGER NOT NULL,
    content INTEGER,            -- these three as in `identities`
    PRIMARY KEY (run, key, subject)
) WITHOUT ROWID;
