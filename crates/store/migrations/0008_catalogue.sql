-- What businesses offer: the signed pages of the newest edition, and pictures by their hash.

CREATE TABLE IF NOT EXISTS catalogue (
    account BLOB NOT NULL,
    page BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (account, page)
);

CREATE TABLE IF NOT EXISTS picture (
    account BLOB NOT NULL,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    stored_at BIGINT NOT NULL,
    PRIMARY KEY (account, hash)
);
