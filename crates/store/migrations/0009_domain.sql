-- Businesses' claims on domains with what the server found there, and what their names look like:
-- nobody else may take a name that looks like that of a business with a confirmed domain.

CREATE TABLE IF NOT EXISTS domain_claim (
    account BLOB NOT NULL,
    domain TEXT NOT NULL,
    method BIGINT NOT NULL,
    claim BLOB NOT NULL,
    claimed_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    since BIGINT NOT NULL,
    found_at BIGINT NOT NULL,
    checked_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    trouble TEXT NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (account)
);

CREATE INDEX IF NOT EXISTS domain_claim_by_domain ON domain_claim (domain, state);
CREATE INDEX IF NOT EXISTS domain_claim_by_next ON domain_claim (next_at);

CREATE TABLE IF NOT EXISTS profile_look (
    account BLOB NOT NULL,
    skeleton TEXT NOT NULL,
    PRIMARY KEY (account)
);

CREATE INDEX IF NOT EXISTS profile_look_by_skeleton ON profile_look (skeleton);
