-- Irregular spend. What is looked for: own definitions, and what is changed of the predefined ones.
CREATE TABLE trend_definitions (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    -- What is looked for, and how, as JSON.
    definition TEXT NOT NULL,
    is_on INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT;

-- What was found, one row a cause, with what people said of it.
CREATE TABLE trend_events (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    currency TEXT NOT NULL,
    -- 'open', 'ended', 'withdrawn'.
    status TEXT NOT NULL,
    account_id TEXT,
    service TEXT,
    direction TEXT NOT NULL,
    kind TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    -- From 0 (low) to 3 (critical).
    severity INTEGER NOT NULL,
    opening INTEGER NOT NULL,
    -- All of it, as JSON.
    event TEXT NOT NULL,
    -- The opening that people were told of last; 0: of none.
    told_opening INTEGER NOT NULL DEFAULT 0,
    archived INTEGER NOT NULL DEFAULT 0,
    verdict TEXT,
    assignee_id TEXT REFERENCES users (id) ON DELETE SET NULL,
    snoozed_until TEXT,
    expected_until TEXT,
    expected_up_to TEXT,
    expected_by TEXT,
    recorded_at_ms INTEGER NOT NULL,
    changed_at_ms INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (organization_id, id)
) STRICT;
CREATE INDEX trend_events_of ON trend_events (organization_id, currency, last_day);

-- What became of an event, and what people did about it, in order.
CREATE TABLE trend_history (
    id INTEGER PRIMARY KEY,
    organization_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    transition TEXT NOT NULL,
    words TEXT NOT NULL,
    -- The newest publication that was looked at.
    publication TEXT,
    FOREIGN KEY (organization_id, event_id) REFERENCES trend_events (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX trend_history_of ON trend_history (organization_id, event_id);

CREATE TABLE trend_comments (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    author_id TEXT REFERENCES users (id) ON DELETE SET NULL,
    -- What the author was called then.
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    edited_at_ms INTEGER,
    FOREIGN KEY (organization_id, event_id) REFERENCES trend_events (organization_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX trend_comments_of ON trend_comments (organization_id, event_id);

-- The last look at the bills of an organization in one currency. Each one takes the place of the one before in the
-- transaction that writes what it found.
CREATE TABLE trend_looks (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    currency TEXT NOT NULL,
    version INTEGER NOT NULL,
    looked_at_ms INTEGER NOT NULL,
    -- What was looked at: the same is not looked at again.
    state TEXT NOT NULL,
    first_day TEXT NOT NULL,
    through TEXT NOT NULL,
    series INTEGER NOT NULL,
    -- What is to be known of it, in words: series that were left out.
    message TEXT,
    PRIMARY KEY (organization_id, currency)
) STRICT;

-- What publications held of each service's newest days, as JSON: so it is learned when a day is whole.
CREATE TABLE trend_deliveries (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    published_ms INTEGER NOT NULL,
    held TEXT NOT NULL,
    PRIMARY KEY (connection_id, published_ms)
) STRICT;
