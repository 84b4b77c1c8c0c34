-- How many customers a business may begin with, and what is counted for it. A tier that the
-- operator has set doesn't move by itself.

CREATE TABLE IF NOT EXISTS business_tier (
    account BLOB NOT NULL,
    tier BIGINT NOT NULL,
    is_fixed BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (account)
);

CREATE INDEX IF NOT EXISTS block_by_blocked ON block (blocked, blocked_at);
CREATE INDEX IF NOT EXISTS report_by_business ON report (business, stored_at);
