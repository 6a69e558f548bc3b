-- Budgets: an amount for a month, a quarter or a year of what a question keeps.
CREATE TABLE budgets (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- Metric and filters, as JSON in the grammar of questions.
    question TEXT NOT NULL,
    currency TEXT NOT NULL,
    -- 'month', 'quarter', 'year'.
    period TEXT NOT NULL,
    -- First month of the fiscal year.
    start_month INTEGER NOT NULL,
    -- From which day on which amount holds, the oldest first, as JSON: periods that are over keep what they had.
    amounts TEXT NOT NULL,
    thresholds TEXT NOT NULL,
    -- Grows with each change: what was found out of an earlier one is not kept.
    revision INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX budgets_of ON budgets (organization_id);

-- What was told of each period.
CREATE TABLE budget_periods (
    budget_id TEXT NOT NULL REFERENCES budgets (id) ON DELETE CASCADE,
    first_day TEXT NOT NULL,
    memory TEXT NOT NULL,
    PRIMARY KEY (budget_id, first_day)
) STRICT;
