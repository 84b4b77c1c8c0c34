-- What customers report, and what the operator has decided against businesses. A decision of 0 is none yet.

CREATE TABLE IF NOT EXISTS report (
    id BLOB NOT NULL,
    business BLOB NOT NULL,
    reporter BLOB NOT NULL,
    bytes BLOB NOT NULL,
    stored_at BIGINT NOT NULL,
    decision BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS report_by_decision ON report (decision, stored_at);
CREATE INDEX IF NOT EXISTS report_by_reporter ON report (reporter, decision);

CREATE TABLE IF NOT EXISTS suspension (
    account BLOB NOT NULL,
    categories BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (account)
);
