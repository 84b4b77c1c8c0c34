-- What the operator has decided about businesses, what they say against it, and the answers.

CREATE TABLE IF NOT EXISTS decision_notice (
    id BLOB NOT NULL,
    account BLOB NOT NULL,
    answers BLOB NOT NULL,
    bytes BLOB NOT NULL,
    decided_at BIGINT NOT NULL,
    objection TEXT NOT NULL,
    objected_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS decision_notice_by_account ON decision_notice (account, decided_at);
CREATE INDEX IF NOT EXISTS decision_notice_by_answers ON decision_notice (answers);
