-- The pieces of blobs that lie in an object store, each an object with a random name.

CREATE TABLE IF NOT EXISTS blob_part (
    blob BLOB NOT NULL,
    start BIGINT NOT NULL,
    name BLOB NOT NULL,
    length BIGINT NOT NULL,
    finished BIGINT NOT NULL,
    PRIMARY KEY (blob, start, name)
);
