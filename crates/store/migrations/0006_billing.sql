-- What messages cost, what businesses have paid, and what became of each charged message. Amounts are
-- millionths of the currency's unit; a cap below zero is none.

CREATE TABLE IF NOT EXISTS rate_card (
    valid_from BIGINT NOT NULL,
    document TEXT NOT NULL,
    stored_at BIGINT NOT NULL,
    PRIMARY KEY (valid_from)
);

CREATE TABLE IF NOT EXISTS billing_account (
    account BLOB NOT NULL,
    plan TEXT NOT NULL,
    is_prepaid BIGINT NOT NULL,
    cap BIGINT NOT NULL,
    PRIMARY KEY (account)
);

CREATE TABLE IF NOT EXISTS billing_entry (
    account BLOB NOT NULL,
    id BLOB NOT NULL,
    kind BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    booked_at BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);

CREATE TABLE IF NOT EXISTS charge (
    account BLOB NOT NULL,
    id BLOB NOT NULL,
    customer BLOB NOT NULL,
    country TEXT NOT NULL,
    category BIGINT NOT NULL,
    template BLOB NOT NULL,
    in_window BIGINT NOT NULL,
    price BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL,
    settled_at BIGINT NOT NULL,
    is_delivered BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX IF NOT EXISTS charge_by_time ON charge (account, settled_at, id);

CREATE TABLE IF NOT EXISTS charge_total (
    account BLOB NOT NULL,
    month BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    captured BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    released BIGINT NOT NULL,
    PRIMARY KEY (account, month)
);
