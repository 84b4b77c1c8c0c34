-- The control plane's first tables. Nothing is null: an absent time is 0, an absent id empty.

CREATE TABLE IF NOT EXISTS account (
    id BLOB NOT NULL,
    kind BIGINT NOT NULL,
    account_key BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE IF NOT EXISTS device (
    account BLOB NOT NULL,
    id BLOB NOT NULL,
    certificate BLOB NOT NULL,
    certificate_hash BLOB NOT NULL,
    added_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX IF NOT EXISTS device_id ON device (id);

CREATE TABLE IF NOT EXISTS device_list (
    account BLOB NOT NULL,
    sequence BIGINT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (account)
);

CREATE TABLE IF NOT EXISTS key_package (
    account BLOB NOT NULL,
    device BLOB NOT NULL,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    last_resort BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    uploaded_at BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (account, device, hash)
);
CREATE INDEX IF NOT EXISTS key_package_order ON key_package (account, device, last_resort, uploaded_at, position);
CREATE INDEX IF NOT EXISTS key_package_expiry ON key_package (not_after);

-- What was handed out, so that it isn't accepted and handed out again.
CREATE TABLE IF NOT EXISTS key_package_claimed (
    account BLOB NOT NULL,
    device BLOB NOT NULL,
    hash BLOB NOT NULL,
    not_after BIGINT NOT NULL,
    PRIMARY KEY (account, device, hash)
);
CREATE INDEX IF NOT EXISTS key_package_claimed_expiry ON key_package_claimed (not_after);

CREATE TABLE IF NOT EXISTS profile (
    account BLOB NOT NULL,
    sequence BIGINT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (account)
);

CREATE TABLE IF NOT EXISTS entry_link (
    entry BLOB NOT NULL,
    account BLOB NOT NULL,
    sequence BIGINT NOT NULL,
    bytes BLOB NOT NULL,
    uses BIGINT NOT NULL,
    uses_max BIGINT NOT NULL,
    clicks BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked BIGINT NOT NULL,
    PRIMARY KEY (entry)
);
CREATE INDEX IF NOT EXISTS entry_link_account ON entry_link (account, entry);

CREATE TABLE IF NOT EXISTS consent (
    business BLOB NOT NULL,
    customer BLOB NOT NULL,
    sequence BIGINT NOT NULL,
    bytes BLOB NOT NULL,
    categories BIGINT NOT NULL,
    state BIGINT NOT NULL,
    stored_at BIGINT NOT NULL,
    PRIMARY KEY (business, customer)
);
CREATE INDEX IF NOT EXISTS consent_customer ON consent (customer, business);

CREATE TABLE IF NOT EXISTS block (
    account BLOB NOT NULL,
    blocked BLOB NOT NULL,
    blocked_at BIGINT NOT NULL,
    PRIMARY KEY (account, blocked)
);

CREATE TABLE IF NOT EXISTS claim_link (
    token_hash BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (token_hash)
);

CREATE TABLE IF NOT EXISTS invitation (
    id BLOB NOT NULL,
    account BLOB NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS invitation_account ON invitation (account, id);

CREATE TABLE IF NOT EXISTS recovery (
    lookup_hash BLOB NOT NULL,
    account BLOB NOT NULL,
    bytes BLOB NOT NULL,
    updated_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    attempts_since BIGINT NOT NULL,
    PRIMARY KEY (lookup_hash)
);
CREATE INDEX IF NOT EXISTS recovery_account ON recovery (account);

CREATE TABLE IF NOT EXISTS archive_segment (
    account BLOB NOT NULL,
    sequence BIGINT NOT NULL,
    blob BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (account, sequence)
);

CREATE TABLE IF NOT EXISTS passkey (
    account BLOB NOT NULL,
    credential_id BLOB NOT NULL,
    public_key BLOB NOT NULL,
    sign_count BIGINT NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (account, credential_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS passkey_credential ON passkey (credential_id);

CREATE TABLE IF NOT EXISTS blob (
    id BLOB NOT NULL,
    account BLOB NOT NULL,
    class BIGINT NOT NULL,
    size BIGINT NOT NULL,
    received BIGINT NOT NULL,
    finished BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS blob_account ON blob (account, class);
CREATE INDEX IF NOT EXISTS blob_expiry ON blob (expires_at);
