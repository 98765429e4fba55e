-- Keys to the HTTP API. Of a secret only its hash is kept.
create table pawl.api_key (
    id           bigint generated always as identity primary key,
    name         text not null,
    role         text not null,
    queues       text,             -- JSON array of names and beginnings; null for all
    types        text,
    prefix       text not null,
    hash         bytea not null unique,
    created_at   bigint not null,
    created_by   text,
    expires_at   bigint,
    last_used_at bigint,
    revoked_at   bigint
);

-- Each entry's hash is that of its own text and the hash of the entry before it, so that none can be changed or taken out unseen. The
-- entries of a transaction are written last of all, one transaction at a time.
alter table pawl.audit add column target text;
alter table pawl.audit add column refusal text;
alter table pawl.audit add column hash bytea;

create index audit_actor on pawl.audit (actor, id);

-- Requests that create and show a key: the first answer, for those that come again.
create table pawl.replay (
    key        text primary key,
    body_hash  bytea not null,
    turn       bigint not null,
    begun_at   bigint not null,
    status     integer,            -- null while it is being done
    body       text,
    location   text,
    expires_at bigint not null
);

create index replay_expires on pawl.replay (expires_at);

alter table pawl.pause add column until bigint;

-- What an operator set for a queue beside its limit; null means the default. The row is there once anything about the queue was changed.
create table pawl.queue_setting (
    queue           text primary key,
    start_target_us bigint,
    retry_share     double precision,
    ageing_share    double precision,
    ageing_after_us bigint,
    row_version     bigint not null
);

alter table pawl.worker add column cpu double precision;
alter table pawl.worker add column memory_bytes bigint;

-- Types that workers have announced, for longer than the workers themselves are remembered.
create table pawl.type_seen (
    type    text primary key,
    seen_at bigint not null
);

-- How long attempts waited and ran, by steps that grow: each number is a step (above bit 40) and a count.
alter table pawl.minute add column times bigint[];
alter table pawl.delta add column times bigint[];

-- Failed attempts by what is alike in them, hour by hour. Transactions append to failure_in; the leader folds that into the others.
create table pawl.failure_in (
    id          bigint generated always as identity primary key,
    fingerprint text not null,
    at          bigint not null,
    line_id     integer not null,
    worker_id   bigint not null,
    job_id      bigint not null,
    jobs        integer not null,  -- 1 if it had not failed so in this hour before
    new_jobs    integer not null,  -- 1 if it had never failed so before
    attempt     integer not null   -- where the error is found
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);

create table pawl.failure (
    fingerprint   text not null,
    line_id       integer not null references pawl.line (id),
    first_seen    bigint not null,
    last_seen     bigint not null,
    sample_job_id bigint not null,
    error         text not null,   -- of the last one
    primary key (fingerprint, line_id)
);

create index failure_last_seen on pawl.failure (last_seen);

create table pawl.failure_hour (
    fingerprint text not null,
    hour        bigint not null,
    line_id     integer not null references pawl.line (id),
    worker_id   bigint not null,
    attempts    bigint not null,
    jobs        bigint not null,
    new_jobs    bigint not null,
    primary key (fingerprint, hour, line_id, worker_id)
);

create index failure_hour_hour on pawl.failure_hour (hour);

-- Jobs that stand failed and that nobody has dismissed, by their fingerprint.
create table pawl.dead (
    job_id      bigint primary key,
    fingerprint text not null,
    line_id     integer not null
);

create index dead_fingerprint on pawl.dead (fingerprint, line_id);

insert into pawl.dead (job_id, fingerprint, line_id)
select s.id, coalesce(substring(e.error from '"fingerprint":"([^"]*)"'), ''), s.line_id
from pawl.job_state s join pawl.job_end e on e.id = s.id
where s.state = 'failed' and s.dismissed_at is null;

-- Kept counts of the ledger: no page ever counts its rows. Appended by each transaction and folded by the leader.
create table pawl.dataset (
    name       text primary key,
    succeeded  bigint not null,
    failed     bigint not null,
    updated_at bigint not null
);

create table pawl.dataset_in (
    id        bigint generated always as identity primary key,
    name      text not null,
    succeeded bigint not null,
    failed    bigint not null,
    at        bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);

insert into pawl.dataset (name, succeeded, failed, updated_at)
select dataset, count(*) filter (where last_outcome = 'succeeded'), count(*) filter (where last_outcome = 'failed'), max(updated_at)
from pawl.item group by dataset;

create index item_failed on pawl.item (dataset, key) where last_outcome = 'failed';
