-- Price files that an organization imported, and their prices.
CREATE TABLE price_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- The file's name, what it is of ('AWSComputeSavingsPlan', 'AmazonEC2'), its region: empty where it does not say.
    name TEXT NOT NULL,
    offer TEXT NOT NULL,
    region TEXT NOT NULL,
    -- Day of publication, where it says.
    published TEXT,
    imported_at_ms INTEGER NOT NULL,
    imported_by TEXT NOT NULL,
    prices INTEGER NOT NULL
) STRICT;
CREATE INDEX price_files_of ON price_files (organization_id);

CREATE TABLE prices (
    file_id INTEGER NOT NULL REFERENCES price_files (id) ON DELETE CASCADE,
    usage_type TEXT NOT NULL,
    operation TEXT NOT NULL,
    service TEXT NOT NULL,
    region TEXT NOT NULL,
    -- 'on-demand', 'spot', 'plan:compute:1yr:no-upfront', 'reserved:standard:3yr:all-upfront'.
    terms TEXT NOT NULL,
    currency TEXT NOT NULL,
    -- Exact decimals: by the unit, and at the begin of a reservation's term.
    price TEXT NOT NULL,
    upfront TEXT NOT NULL,
    PRIMARY KEY (file_id, usage_type, operation, service, region, terms, currency)
) STRICT, WITHOUT ROWID;
