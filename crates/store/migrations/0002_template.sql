-- Templates and what was decided about them. Both are signed or hashed bytes that the server has checked.

CREATE TABLE IF NOT EXISTS template (
    account BLOB NOT NULL,
    hash BLOB NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    version BIGINT NOT NULL,
    category BIGINT NOT NULL,
    document BLOB NOT NULL,
    stored_at BIGINT NOT NULL,
    PRIMARY KEY (account, hash)
);
CREATE UNIQUE INDEX IF NOT EXISTS template_version ON template (account, name, language, version);

CREATE TABLE IF NOT EXISTS template_approval (
    account BLOB NOT NULL,
    hash BLOB NOT NULL,
    sequence BIGINT NOT NULL,
    bytes BLOB NOT NULL,
    stored_at BIGINT NOT NULL,
    PRIMARY KEY (account, hash)
);
