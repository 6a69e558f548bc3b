-- Findings of waste that somebody put away, with why and until when.
CREATE TABLE waste_dismissals (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- Number of the rule.
    rule INTEGER NOT NULL,
    account TEXT NOT NULL,
    -- Empty where the finding names no resource: then it is that of its region.
    resource TEXT NOT NULL,
    region TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- The last day on which it is put away; NULL: for good.
    until TEXT,
    by TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    UNIQUE (organization_id, rule, account, resource, region)
) STRICT;

-- Workloads that are not to run on spot.
CREATE TABLE spot_exclusions (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    -- Kind, account, region and name, as the program writes them.
    workload TEXT NOT NULL,
    reason TEXT NOT NULL,
    by TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (organization_id, workload)
) STRICT;
