-- What a source showed when it was read last, so that what it shows again need not be read: a cache,
-- of which each entry is checked against `identities` before it is used.
CREATE TABLE pieces (
    origin INTEGER PRIMARY KEY,
    around BLOB NOT NULL,       -- what the items depend on beside their own bytes, as a hash
    pieces BLOB NOT NULL        -- the items: prints, and what each is recognised by
);
