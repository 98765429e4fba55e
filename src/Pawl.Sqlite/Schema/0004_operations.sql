-- Keys to the HTTP API. Of a secret only its hash is kept.
create table api_key (
    id           integer primary key,
    name         text not null,
    role         text not null,
    queues       text,             -- JSON array of names and beginnings; null for all
    types        text,
    prefix       text not null,
    hash         blob not null unique,
    created_at   integer not null,
    created_by   text,
    expires_at   integer,
    last_used_at integer,
    revoked_at   integer
) strict;

-- Each entry's hash is that of its own text and the hash of the entry before it, so that none can be changed or taken out unseen.
alter table audit add column target text;
alter table audit add column refusal text;
alter table audit add column hash blob;

create index audit_actor on audit (actor, id);

-- Requests that create and show a key: the first answer, for those that come again.
create table replay (
    key        text primary key,
    body_hash  blob not null,
    turn       integer not null,
    begun_at   integer not null,
    status     integer,            -- null while it is being done
    body       text,
    location   text,
    expires_at integer not null
) strict, without rowid;

create index replay_expires on replay (expires_at);

alter table pause add column until integer;

create index pause_until on pause (until) where until is not null;

-- What an operator set for a queue beside its limit; null means the default. The row is there once anything about the queue was changed.
create table queue_setting (
    queue           text primary key,
    start_target_us integer,
    retry_share     real,
    ageing_share    real,
    ageing_after_us integer,
    row_version     integer not null
) strict, without rowid;

alter table worker add column cpu real;
alter table worker add column memory_bytes integer;

-- Types that workers have announced, for longer than the workers themselves are remembered.
create table type_seen (
    type    text primary key,
    seen_at integer not null
) strict, without rowid;

-- How long attempts waited and ran, by steps that grow: packed pairs of step and count.
alter table minute add column times blob;

-- Failed attempts by what is alike in them, hour by hour.
create table failure (
    fingerprint   text not null,
    line_id       integer not null references line (id),
    first_seen    integer not null,
    last_seen     integer not null,
    sample_job_id integer not null,
    error         text not null,   -- of the last one
    primary key (fingerprint, line_id)
) strict, without rowid;

create index failure_last_seen on failure (last_seen);

create table failure_hour (
    fingerprint text not null,
    hour        integer not null,
    line_id     integer not null references line (id),
    worker_id   integer not null,
    attempts    integer not null,
    jobs        integer not null,  -- that had not failed so in this hour before
    new_jobs    integer not null,  -- that had never failed so before
    primary key (fingerprint, hour, line_id, worker_id)
) strict, without rowid;

create index failure_hour_hour on failure_hour (hour);

-- Jobs that stand failed and that nobody has dismissed, by their fingerprint.
create table dead (
    job_id      integer primary key,
    fingerprint text not null,
    line_id     integer not null
) strict;

create index dead_fingerprint on dead (fingerprint, line_id);

insert into dead (job_id, fingerprint, line_id)
select j.id, coalesce(json_extract(e.error, '$.fingerprint'), ''), j.line_id
from job j join job_end e on e.id = j.id
where j.state = 'failed' and j.dismissed_at is null;

-- Kept counts of the ledger: no page ever counts its rows.
create table dataset (
    name       text primary key,
    succeeded  integer not null,
    failed     integer not null,
    updated_at integer not null
) strict, without rowid;

insert into dataset (name, succeeded, failed, updated_at)
select dataset, sum(last_outcome = 'succeeded'), sum(last_outcome = 'failed'), max(updated_at) from item group by dataset;

create index item_failed on item (dataset, key) where last_outcome = 'failed';
