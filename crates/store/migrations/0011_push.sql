-- Where devices that aren't connected are woken up, and the keys that a push is encrypted with.

CREATE TABLE IF NOT EXISTS push_subscription (
    device BLOB NOT NULL,
    account BLOB NOT NULL,
    endpoint TEXT NOT NULL,
    public_key BLOB NOT NULL,
    auth BLOB NOT NULL,
    registered_at BIGINT NOT NULL,
    PRIMARY KEY (device)
);

CREATE INDEX IF NOT EXISTS push_subscription_by_age ON push_subscription (registered_at);
