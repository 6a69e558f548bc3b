-- Channels: ways by which notifications leave. Where one leads is a secret and is sealed.
CREATE TABLE notification_channels (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    owner_id TEXT REFERENCES users (id) ON DELETE SET NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    sealed_target BLOB,
    -- What may be shown of it: a host, or addresses of a mail.
    shown TEXT NOT NULL,
    -- 'each', 'daily' or 'weekly'.
    cadence TEXT NOT NULL,
    -- 'active', 'off' (by somebody), 'disabled' (its receiver takes nothing).
    state TEXT NOT NULL,
    disabled_reason TEXT,
    -- The receiver asked for quiet until then.
    quiet_until_ms INTEGER NOT NULL DEFAULT 0,
    created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX notification_channels_of ON notification_channels (organization_id);

-- What is to be told, once for each event, step of it and channel.
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    channel_id TEXT NOT NULL REFERENCES notification_channels (id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    step TEXT NOT NULL,
    notice TEXT NOT NULL,
    -- Names the message that it goes out in, through all tries: several notices may share one.
    message_id TEXT NOT NULL,
    -- 'new' until the message was put together for the first time; then it holds what it held.
    bundle TEXT NOT NULL,
    -- 'waiting', 'sent', 'failed', 'dropped'.
    state TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    -- Addresses of a mail that have it already, as JSON.
    told_to TEXT NOT NULL DEFAULT '[]',
    due_ms INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    sent_at_ms INTEGER,
    UNIQUE (channel_id, event, step)
) STRICT;
CREATE INDEX notifications_due ON notifications (due_ms) WHERE state = 'waiting';
CREATE INDEX notifications_message ON notifications (channel_id, message_id);

-- Each try, with what was answered.
CREATE TABLE notification_deliveries (
    id INTEGER PRIMARY KEY,
    channel_id TEXT NOT NULL REFERENCES notification_channels (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    title TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    took_ms INTEGER NOT NULL,
    -- 'delivered', 'later', 'failed', 'gone'.
    outcome TEXT NOT NULL,
    status INTEGER,
    answer TEXT NOT NULL,
    next_try_ms INTEGER
) STRICT;
CREATE INDEX notification_deliveries_of ON notification_deliveries (channel_id, at_ms);

-- Who gets what: the first that matches.
CREATE TABLE notification_routes (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    route TEXT NOT NULL,
    PRIMARY KEY (organization_id, position)
) STRICT;
