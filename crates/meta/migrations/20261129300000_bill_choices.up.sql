-- A month of one bill that is there twice, and is added up once.
CREATE TABLE bill_conflicts (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Whose delivery is not counted, or not yet.
    connection_id       TEXT NOT NULL REFERENCES connections (id),
    period              TEXT NOT NULL,
    -- Of its source: all of it, a report, or files.
    place               TEXT NOT NULL,
    -- What stands against it; the same connection where both are of one source. It may have been removed.
    other_connection_id TEXT NOT NULL,
    other_place         TEXT NOT NULL,
    -- Which of the two was chosen and is not there any more: 'own', 'other', or none.
    gone                TEXT NOT NULL DEFAULT '' CHECK (gone IN ('', 'own', 'other')),
    detail              TEXT NOT NULL,
    noted_at_ms         INTEGER NOT NULL,
    UNIQUE (connection_id, period, place, other_connection_id, other_place)
) STRICT;

CREATE INDEX bill_conflicts_other ON bill_conflicts (other_connection_id);

-- Which of two counts, from which month on; the newest month that is not later than the one asked for decides.
CREATE TABLE bill_choices (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id   TEXT NOT NULL REFERENCES organizations (id),
    winner_connection TEXT NOT NULL,
    winner_place      TEXT NOT NULL,
    loser_connection  TEXT NOT NULL,
    loser_place       TEXT NOT NULL,
    -- YYYY-MM; empty: every month.
    from_period       TEXT NOT NULL,
    chosen_by         TEXT NOT NULL,
    chosen_at_ms      INTEGER NOT NULL
) STRICT;

CREATE INDEX bill_choices_of ON bill_choices (organization_id);

-- From which source to which a month went.
ALTER TABLE bill_changes ADD COLUMN source TEXT;
