-- Copies: mentions that say what another said before. They stay mentions, whole and with their
-- matches; lists show the first alone, with the number of its copies (`mentions.copies`).

-- By what mentions that may be alike are found, of late ones only. Copies are not in here.
CREATE TABLE sketches (
    band      INTEGER NOT NULL,
    mention   INTEGER NOT NULL,
    date      INTEGER NOT NULL, -- published, or collected where undated
    collected INTEGER NOT NULL,
    PRIMARY KEY (band, mention)
) WITHOUT ROWID;
CREATE INDEX sketches_by_collected ON sketches (collected);
CREATE INDEX sketches_by_mention ON sketches (mention);

CREATE TABLE copies (
    mention  INTEGER PRIMARY KEY,
    original INTEGER NOT NULL,
    likeness INTEGER NOT NULL,            -- how much of it stands in the original, in thousandths
    split    INTEGER NOT NULL DEFAULT 0   -- 1 = told apart again, by a person or by an edit
);
CREATE INDEX copies_by_original ON copies (original);

-- One row: up to which mention copies were looked for. What was there before is left as it is.
CREATE TABLE copies_reached (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    mention INTEGER NOT NULL
);
INSERT INTO copies_reached SELECT 1, coalesce(max(id), 0) FROM mentions;
