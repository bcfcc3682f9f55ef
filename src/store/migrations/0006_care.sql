-- What was forgotten on someone's demand, as hashes: by what an item was recognised, so that an
-- older backup does not bring it back; and authors of whom nothing is to be collected any more.
CREATE TABLE forgotten (
    key    BLOB PRIMARY KEY, -- 16 bytes, as in `identities`
    author INTEGER NOT NULL  -- 1 = of an author, 0 = of an item
) WITHOUT ROWID;
