-- Times are microseconds since 1970 UTC, durations microseconds. States and reasons are the words of the job model.
-- What changes often is narrow (job); what is written once stands apart (job_body); history is appended (attempt, event).

create table meta (
    key   text primary key,
    value integer not null
) strict, without rowid;

-- A line is one queue and type: the unit that claims scan, count and pause. A worker looks only at the lines it can serve, so a million
-- jobs of a type nobody knows cost a claim nothing.
create table line (
    id    integer primary key,
    queue text not null,
    type  text not null,
    unique (queue, type)
) strict;

-- Kept counts: no page ever counts jobs. 'held', 'dead', 'retry' and 'deferred' count shares of queued, failed, queued (in its line, and
-- failed before) and scheduled.
create table line_count (
    line_id integer not null references line (id),
    state   text not null,
    n       integer not null,
    primary key (line_id, state)
) strict, without rowid;

create table job (
    id                  integer primary key,
    line_id             integer not null references line (id),
    -- compared one by one: a list of more than two would be built anew as a table for every row that is written
    state               text not null check (
        state = 'queued' or state = 'running' or state = 'succeeded' or state = 'scheduled'
        or state = 'blocked' or state = 'failed' or state = 'cancelled'),
    reason              text,             -- wait_reason, block_reason or end_reason, as the state asks for
    priority            integer not null check (priority between -1000 and 1000),
    run_at              integer not null,
    generation          integer not null default 1,
    attempt             integer not null default 0,
    failures            integer not null default 0,
    losses              integer not null default 0,
    -- leases lost before the attempt was known to have begun; such jobs are not taken ahead again
    unbegun             integer not null default 0,
    snoozes             integer not null default 0,
    recoveries          integer not null default 0,
    max_attempts        integer not null check (max_attempts between 1 and 100),
    held                text check (held = 'concurrency_key'),  -- why a queued job stands outside its line
    concurrency_key     text,
    unique_key          text,
    waits_on            integer not null default 0,  -- open dependencies, plus one for a wanted approval
    start_by            integer,
    worker_id           integer,
    lease_token         blob,
    prefetched          integer not null default 0,  -- 1 while leased ahead of a free slot and not known to have begun
    started_at          integer,
    started_seq         integer,
    created_at          integer not null,
    created_seq         integer not null,
    cancel_requested_at integer,
    ended_at            integer,
    dismissed_at        integer,
    -- 1 for a retry that is due and waits for its queue's retry budget
    deferred            integer not null default 0,
    row_version         integer not null default 1,
    check ((state = 'running') = (lease_token is not null)),
    check ((worker_id is null) = (lease_token is null)),
    check ((state = 'succeeded' or state = 'failed' or state = 'cancelled') = (ended_at is not null)),
    check (held is null or state = 'queued'),
    check (deferred = 0 or (deferred = 1 and state = 'scheduled' and reason = 'retry')),
    check (dismissed_at is null or state = 'failed')
) strict;

-- Each index holds only the jobs that some loop looks for, so ended jobs cost none of them anything. Its condition is asked at every write
-- of a job, so the cheap question that most jobs fail comes first.
create index job_line on job (line_id, priority desc, run_at, id) where held is null and state = 'queued';
create index job_due on job (run_at, id) where state = 'scheduled' and deferred = 0;
create index job_deferred on job (line_id, priority desc, run_at, id) where deferred = 1;
create index job_start_by on job (start_by, id) where start_by is not null and attempt = 0 and ended_at is null;
create index job_running on job (worker_id, id) where worker_id is not null;
create index job_key_held on job (concurrency_key, line_id, priority desc, run_at, id) where held is not null;
create index job_key_running on job (concurrency_key, id) where concurrency_key is not null and state = 'running';
create index job_unsuccessful on job (state, id) where worker_id is null and state <> 'queued' and state <> 'succeeded';

create table job_body (
    id                integer primary key references job (id),
    payload           text not null,
    priority_reasons  text,
    trigger           text not null,
    kind              text,
    parent_id         integer,
    rerun_of          integer,
    depth             integer not null default 0,
    requires_approval integer not null default 0,
    timeout_us        integer not null,
    grace_us          integer not null,
    deadline_at       integer,
    max_items         integer,
    rate_key          text,
    circuit           text,
    unique_hold       text,
    force             text,
    versions          text,
    tags              text,
    traceparent       text,
    requested_by      text,
    body_hash         blob                -- of jobs with a key, to tell an equal request from another
) strict;

create index job_body_parent on job_body (parent_id, id) where parent_id is not null;

-- Only jobs that have such a thing have a row in the tables that follow.
create table job_end (
    id       integer primary key references job (id),
    result   text,
    degraded text,
    error    text
) strict;

create table job_cancel (
    id         integer primary key references job (id),
    by         text,
    reason     text,
    end_reason text not null,
    grace_us   integer
) strict;

create table job_recovery (
    id          integer primary key references job (id),
    attempt     integer not null,  -- the one that followed the recovery
    recovery_id integer not null,
    rule        text not null,
    by          text not null
) strict;

create table unique_key (
    type      text not null,
    key       text not null,
    job_id    integer not null references job (id),
    body_hash blob not null,
    primary key (type, key)
) strict, without rowid;

create table idempotency_key (
    key        text primary key,
    job_id     integer not null,
    body_hash  blob not null,
    expires_at integer not null
) strict, without rowid;

create index idempotency_key_expires on idempotency_key (expires_at);

create table dependency (
    job_id    integer not null references job (id),
    on_job_id integer not null,
    accept    text not null,
    on_failed text not null,
    met       integer not null default 0,
    primary key (job_id, on_job_id)
) strict, without rowid;

create index dependency_open on dependency (on_job_id, job_id) where met = 0;

create table attempt (
    job_id      integer not null references job (id),
    attempt     integer not null,
    generation  integer not null,
    worker_id   integer not null,
    lease_token blob not null,
    outcome     text not null,
    started_at  integer not null,
    ended_at    integer not null,
    wait_us     integer not null,
    run_us      integer,
    error       text,
    next_run_at integer,
    rule        text,
    recovery    text,
    started_seq integer not null,
    ended_seq   integer not null,
    primary key (job_id, attempt)
) strict, without rowid;

create table progress (
    job_id     integer primary key references job (id),
    total      integer,
    done       integer not null,
    failed     integer not null,
    skipped    integer not null,
    message    text,
    updated_at integer not null
) strict;

create table checkpoint (
    job_id        integer primary key references job (id),
    attempt       integer not null,
    version       integer not null,
    schema        integer,
    cursor_kind   text not null,
    last_item_key text,
    data          text not null,
    saved_at      integer not null
) strict;

create table log (
    job_id  integer not null references job (id),
    attempt integer not null,
    offset  integer not null,
    text    blob not null,
    primary key (job_id, attempt, offset)
) strict, without rowid;

create table artifact (
    id         integer primary key,
    job_id     integer not null references job (id),
    attempt    integer not null,
    name       text not null,
    media_type text not null,
    bytes      integer not null,
    sha256     text not null,
    created_at integer not null
) strict;

create index artifact_job on artifact (job_id, name, id);
create index artifact_sha256 on artifact (sha256);

-- Equal contents are kept once.
create table artifact_blob (
    sha256 text primary key,
    data   blob not null
) strict;

create table item (
    dataset       text not null,
    key           text not null,
    input_hash    text,
    parts         text,
    options_hash  text,
    upstream_hash text,
    output_hash   text,
    last_outcome  text not null,
    succeeded_at  integer,
    failed_at     integer,
    failures      integer not null default 0,
    error         text,
    outputs       text,
    metrics       text,
    job_id        integer not null,
    attempt       integer not null,
    updated_at    integer not null,
    primary key (dataset, key)
) strict, without rowid;

create table item_run (
    id            integer primary key,
    job_id        integer not null,
    attempt       integer not null,
    dataset       text not null,
    key           text not null,
    outcome       text not null,
    input_hash    text,
    parts         text,
    options_hash  text,
    upstream_hash text,
    output_hash   text,
    error         text,
    outputs       text,
    metrics       text,
    at            integer not null
) strict;

create index item_run_job on item_run (job_id, id);
create index item_run_key on item_run (dataset, key, id);

-- One row a transaction: its events one after another, packed. 'seq' is the number of the last of them.
create table event (
    seq   integer primary key,
    first integer not null,
    at    integer not null,
    pack  blob not null
) strict;

-- Where to find the events of one job that its own columns and attempts do not name already.
create table job_event (
    job_id integer not null,
    seq    integer not null,
    primary key (job_id, seq)
) strict, without rowid;

create table minute (
    minute    integer not null,
    line_id   integer not null references line (id),
    created   integer not null default 0,
    started   integer not null default 0,
    succeeded integer not null default 0,
    failed    integer not null default 0,
    timed_out integer not null default 0,
    cancelled integer not null default 0,
    lost      integer not null default 0,
    released  integer not null default 0,
    snoozed   integer not null default 0,
    died      integer not null default 0,
    wait_us   integer not null default 0,
    run_us    integer not null default 0,
    primary key (minute, line_id)
) strict, without rowid;

create table worker (
    id         integer primary key,
    facts      text not null,
    opening    integer not null,   -- which opening of this file it registered in: an earlier one is dead for certain
    remote     integer not null,
    beat       integer not null default 0,
    gone       integer not null default 0,
    draining   integer not null default 0,
    drain      integer not null default 0,
    slots_used integer not null default 0,
    started_at integer not null,
    seen_at    integer not null
) strict;

create table pause (
    queue  text not null,
    type   text not null,
    at     integer not null,
    by     text,
    reason text,
    primary key (queue, type)
) strict, without rowid;

create table queue_limit (
    queue       text primary key,
    max_running integer not null check (max_running >= 1)
) strict, without rowid;

create table key_limit (
    key         text primary key,
    max_running integer not null check (max_running >= 1)
) strict, without rowid;

create table leader (
    name      text primary key,
    worker_id integer,
    term      integer not null,
    beat      integer not null
) strict, without rowid;

create table audit (
    id     integer primary key,
    at     integer not null,
    actor  text,
    action text not null,
    job_id integer,
    before text,
    after  text,
    detail text
) strict;

create index audit_job on audit (job_id, id) where job_id is not null;
