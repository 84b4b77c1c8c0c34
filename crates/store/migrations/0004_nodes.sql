-- What several nodes share: the steps of a linking, and what all of them must have in common.

CREATE TABLE IF NOT EXISTS link_mailbox (
    id BLOB NOT NULL,
    account BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS link_mailbox_account ON link_mailbox (account);
CREATE INDEX IF NOT EXISTS link_mailbox_expiry ON link_mailbox (expires_at);

CREATE TABLE IF NOT EXISTS link_step (
    mailbox BLOB NOT NULL,
    slot BIGINT NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (mailbox, slot)
);

CREATE TABLE IF NOT EXISTS installation (
    id BIGINT NOT NULL,
    server_key BLOB NOT NULL,
    origin BLOB NOT NULL,
    PRIMARY KEY (id)
);
