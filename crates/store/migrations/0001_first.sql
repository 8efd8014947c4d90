-- Every table with valid_from … known_to holds intervals: true in the cloud from/to, known to us from/to, microseconds
-- since 1970 UTC, open while null. known_to is set only by a correction. `scan` is the scan that wrote the row.
-- `prior_read` is the last read that still showed the state before: the change lies between it and valid_from.

CREATE TABLE scans (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    started INTEGER NOT NULL,
    finished INTEGER,
    state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'cancelled', 'failed')),
    catalog_version TEXT NOT NULL,
    options TEXT NOT NULL,
    totals TEXT
) STRICT;

-- Every text that something is called by: global ids, keys, what references say.
CREATE TABLE names (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

-- One row per (account, region, type) with its last run; `complete_at` is the last complete listing, `read_at` the last
-- of any kind, `prior_read` the last before `scan`.
CREATE TABLE units (
    id INTEGER PRIMARY KEY,
    cloud TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    type TEXT NOT NULL,
    scan INTEGER NOT NULL REFERENCES scans,
    state TEXT NOT NULL CHECK (state IN ('running', 'complete', 'incomplete')),
    hole TEXT,
    resources INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    started INTEGER NOT NULL,
    finished INTEGER,
    prior_read INTEGER,
    read_at INTEGER,
    complete_at INTEGER,
    UNIQUE (type, account, region, cloud)
) STRICT;

-- How complete each listing was, written when that changes; a null hole means complete.
CREATE TABLE coverage (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES units,
    hole TEXT,
    scan INTEGER NOT NULL REFERENCES scans,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    known_from INTEGER NOT NULL,
    known_to INTEGER
) STRICT;
CREATE INDEX coverage_unit ON coverage (unit);

-- A resource as one unit lists it. `owner` is set on views of another account's resource. `version` is the open
-- version, null once gone. `head` and `links` are digests of (name, tags, …, keys) and of (holes, references).
CREATE TABLE resources (
    id INTEGER PRIMARY KEY,
    subject INTEGER NOT NULL REFERENCES names,
    unit INTEGER NOT NULL REFERENCES units,
    owner TEXT,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    tags TEXT,
    keys TEXT,
    head BLOB NOT NULL,
    links BLOB,
    version INTEGER,
    UNIQUE (subject, unit)
) STRICT;
CREATE INDEX resources_unit ON resources (unit);
CREATE INDEX resources_name ON resources (name);

-- Content-addressed documents. The hash leaves volatile members out; `stamp` covers them where there are any.
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    stamp BLOB,
    body BLOB NOT NULL
) STRICT;

-- Sets of members, as JSON lists of path steps.
CREATE TABLE masks (
    id INTEGER PRIMARY KEY,
    paths TEXT NOT NULL UNIQUE
) STRICT;

-- `mask` names the members never read so far (null: none; 0: the unit has not finished yet).
CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    resource INTEGER NOT NULL REFERENCES resources,
    document INTEGER NOT NULL REFERENCES documents,
    mask INTEGER,
    scan INTEGER NOT NULL REFERENCES scans,
    prior_read INTEGER,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    known_from INTEGER NOT NULL,
    known_to INTEGER
) STRICT;
CREATE INDEX versions_resource ON versions (resource);
CREATE INDEX versions_unsettled ON versions (resource) WHERE mask = 0 AND valid_to IS NULL;

-- Documents that differ from the stored version, until their unit ends and says what it did not collect.
CREATE TABLE pending (
    resource INTEGER PRIMARY KEY REFERENCES resources,
    unit INTEGER NOT NULL REFERENCES units,
    own INTEGER,
    hash BLOB NOT NULL,
    stamp BLOB,
    body BLOB NOT NULL,
    read_at INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_unit ON pending (unit);

CREATE TABLE keys (
    key INTEGER NOT NULL REFERENCES names,
    unit INTEGER NOT NULL REFERENCES units,
    resource INTEGER NOT NULL REFERENCES resources,
    PRIMARY KEY (key, unit, resource)
) STRICT, WITHOUT ROWID;

-- What holes say, once each. `whole` marks a hole over the whole document.
CREATE TABLE hole_texts (
    id INTEGER PRIMARY KEY,
    call TEXT NOT NULL,
    members TEXT NOT NULL,
    partial INTEGER NOT NULL,
    hole TEXT NOT NULL,
    whole INTEGER NOT NULL,
    UNIQUE (members, partial, hole)
) STRICT;

-- One row per denied or failed call; a null resource means every resource of the unit. `known` holds the items that
-- a partial listing gave.
CREATE TABLE holes (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES units,
    resource INTEGER REFERENCES resources,
    hole INTEGER NOT NULL REFERENCES hole_texts,
    known TEXT,
    scan INTEGER NOT NULL REFERENCES scans,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    known_from INTEGER NOT NULL,
    known_to INTEGER
) STRICT;
CREATE INDEX holes_resource ON holes (resource) WHERE resource IS NOT NULL AND valid_to IS NULL;
CREATE INDEX holes_unit ON holes (unit) WHERE resource IS NULL AND valid_to IS NULL;

CREATE TABLE edge_kinds (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    to_type TEXT NOT NULL,
    UNIQUE (name, to_type)
) STRICT;

-- A reference (target, or hole where it could not be read) and where it leads: state 0 resource, 1 missing, 2 foreign,
-- 3 unread (why), null until joined. `stale`: last known, but not read by the last scan.
CREATE TABLE edges (
    id INTEGER PRIMARY KEY,
    resource INTEGER NOT NULL REFERENCES resources,
    kind INTEGER NOT NULL REFERENCES edge_kinds,
    target INTEGER REFERENCES names,
    hole TEXT,
    state INTEGER,
    leads_to INTEGER REFERENCES names,
    why TEXT,
    stale INTEGER NOT NULL DEFAULT 0,
    scan INTEGER NOT NULL REFERENCES scans,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    known_from INTEGER NOT NULL,
    known_to INTEGER
) STRICT;
CREATE INDEX edges_resource ON edges (resource) WHERE valid_to IS NULL;
CREATE INDEX edges_leads_to ON edges (leads_to) WHERE valid_to IS NULL AND leads_to IS NOT NULL;

-- Checks by number. Numbers are never reused, so packed verdicts stay readable when the catalogue changes; a renamed
-- check keeps its number with its first id.
CREATE TABLE checks (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    first_id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    objective TEXT NOT NULL,
    severity INTEGER NOT NULL,
    frameworks TEXT NOT NULL
) STRICT;

-- Verdicts of one subject, two bits a check: 0 none, 1 pass, 2 not applicable, 3 rows in `verdicts`.
CREATE TABLE vectors (
    id INTEGER PRIMARY KEY,
    states BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE subject_vectors (
    id INTEGER PRIMARY KEY,
    subject INTEGER NOT NULL REFERENCES names,
    vector INTEGER NOT NULL REFERENCES vectors,
    holds_until INTEGER,
    scan INTEGER NOT NULL REFERENCES scans,
    prior_read INTEGER,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    known_from INTEGER NOT NULL,
    known_to INTEGER
) STRICT;
CREATE INDEX subject_vectors_subject ON subject_vectors (subject);

-- Failures (verdict 1) and what could not be decided (verdict 2). Severity 0 is critical, 4 info. `cause` of the
-- verdict: first, cloud, time, rule, coverage. `ended` says why it closed: read, unread (it became unknown), gone with its resource,
-- or rule (the catalogue has no such check any more). `failed_before`: unknown, but the last decided verdict was a failure.
CREATE TABLE verdicts (
    id INTEGER PRIMARY KEY,
    subject INTEGER NOT NULL REFERENCES names,
    check_n INTEGER NOT NULL REFERENCES checks,
    discriminator TEXT NOT NULL,
    verdict INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    message TEXT NOT NULL,
    unknown TEXT,
    holds_until INTEGER,
    fingerprint BLOB NOT NULL,
    first_seen INTEGER NOT NULL,
    failed_before INTEGER NOT NULL,
    cause TEXT NOT NULL,
    ended TEXT,
    scan INTEGER NOT NULL REFERENCES scans,
    prior_read INTEGER,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    known_from INTEGER NOT NULL,
    known_to INTEGER
) STRICT;
CREATE INDEX verdicts_subject ON verdicts (subject, check_n);
CREATE INDEX verdicts_fingerprint ON verdicts (fingerprint);
CREATE INDEX verdicts_open ON verdicts (verdict, severity, id) WHERE valid_to IS NULL;
