-- Times are microseconds since 1970 UTC, durations microseconds. States and reasons are the words of the job model.
-- A job's body is written once (job). While it runs the plain way nothing else tells of it but a run of numbers: in ready while it waits,
-- in lease while it is held, one row in done when it succeeded. A job that needs more than that has a row of its own in job_state, which is
-- the truth about it from then on.

create table pawl.meta (
    key   text primary key,
    value bigint not null
);

create sequence pawl.job_id;
create sequence pawl.pack_id;

-- A line is one queue and type: the unit that claims scan, count and pause.
create table pawl.line (
    id    integer generated always as identity primary key,
    queue text not null,
    type  text not null,
    unique (queue, type)
);

-- Tables that fill and empty all the time are vacuumed after a number of dead rows, not after a share of all, and without rest: what is
-- dead at the front stands in the way of the next claim.

-- Kept counts: no page ever counts jobs. Each transaction appends what it changed; the leader folds that into line_count and minute.
create table pawl.line_count (
    line_id integer not null references pawl.line (id),
    state   text not null,
    n       bigint not null,
    primary key (line_id, state)
);

create table pawl.delta (
    id      bigint generated always as identity primary key,
    line_id integer not null,
    minute  bigint not null,
    counts  bigint[] not null,   -- in the order of the model's states, then held, dead, retry, deferred
    tally   bigint[] not null    -- in the order of minute's columns
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);

-- What jobs of one call mostly share, kept once.
create table pawl.shape (
    id               integer generated always as identity primary key,
    hash             bytea not null unique,
    line_id          integer not null references pawl.line (id),
    priority         integer not null,
    priority_reasons text,
    trigger          text not null,
    kind             text,
    max_attempts     integer not null,
    timeout_us       bigint not null,
    grace_us         bigint not null,
    max_items        integer,
    force            text,
    versions         text
);

create table pawl.job (
    id                bigint primary key,
    shape_id          integer not null,
    created_at        bigint not null,
    run_at            bigint not null,
    pack_id           bigint not null,   -- where its creation is told
    payload           text not null,
    parent_id         bigint,
    rerun_of          bigint,
    depth             integer,
    requires_approval boolean,
    deadline_at       bigint,
    rate_key          text,
    circuit           text,
    unique_hold       text,
    tags              text,
    traceparent       text,
    requested_by      text,
    body_hash         bytea
) partition by range (id);

create index job_parent on pawl.job (parent_id, id) where parent_id is not null;

-- Jobs that wait and are nothing but that: consecutive numbers of one line, priority and due time stand for the jobs.
create table pawl.ready (
    line_id  integer not null,
    priority integer not null,
    run_at   bigint not null,
    lo       bigint not null primary key,
    hi       bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);

create index ready_line on pawl.ready (line_id, priority desc, run_at, lo);

-- One lease on all that one claim took of these. Kept as long as the results that rest on it.
create table pawl.lease (
    id         bigint generated always as identity primary key,
    worker_id  bigint not null,
    token      bytea not null unique,
    started_at bigint not null,
    pack_id    bigint not null,            -- where its starts are told
    lo         bigint[] not null,
    hi         bigint[] not null,
    ahead_lo   bigint[] not null,          -- of these, the ones taken ahead of a free slot
    ahead_hi   bigint[] not null,
    own        bigint[] not null default '{}',   -- of its jobs those that have a row of their own since
    open       boolean not null default true
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

create index lease_open on pawl.lease (worker_id, id) where open;

create table pawl.done (
    job_id   bigint primary key,
    lease_id bigint not null,
    ended_at bigint not null,
    run_us   bigint not null,
    pack_id  bigint not null               -- where its end is told
) partition by range (job_id);

create table pawl.job_state (
    id                  bigint primary key,
    line_id             integer not null,
    state               text not null check (state in ('queued', 'running', 'succeeded', 'scheduled', 'blocked', 'failed', 'cancelled')),
    reason              text,
    priority            integer not null check (priority between -1000 and 1000),
    priority_reasons    text,
    run_at              bigint not null,
    generation          integer not null default 1,
    attempt             integer not null default 0,
    failures            integer not null default 0,
    losses              integer not null default 0,
    unbegun             integer not null default 0,
    snoozes             integer not null default 0,
    recoveries          integer not null default 0,
    max_attempts        integer not null check (max_attempts between 1 and 100),
    held                text check (held = 'concurrency_key'),
    deferred            boolean not null default false check (not deferred or state = 'scheduled'),
    concurrency_key     text,
    unique_key          text,
    waits_on            integer not null default 0,
    awaits_approval     boolean not null default false,   -- one of these is a yes that nobody has said yet
    awaited             boolean not null default false,   -- others depend on it
    start_by            bigint,
    worker_id           bigint,
    lease_token         bytea,
    prefetched          boolean not null default false,
    started_at          bigint,
    started_pack        bigint,
    cancel_requested_at bigint,
    ended_at            bigint,
    dismissed_at        bigint,
    row_version         integer not null default 1,
    check ((state = 'running') = (lease_token is not null)),
    check ((worker_id is null) = (lease_token is null)),
    check ((state in ('succeeded', 'failed', 'cancelled')) = (ended_at is not null)),
    check (held is null or state = 'queued'),
    check (dismissed_at is null or state = 'failed')
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

create index job_state_line on pawl.job_state (line_id, priority desc, run_at, id) where state = 'queued' and held is null;
create index job_state_retry on pawl.job_state (line_id) where failures > 0 and state = 'queued' and held is null;
create index job_state_due on pawl.job_state (run_at, id) where state = 'scheduled' and not deferred;
create index job_state_deferred on pawl.job_state (line_id, priority desc, run_at, id) where deferred;
create index job_state_start_by on pawl.job_state (start_by, id) where start_by is not null and attempt = 0 and ended_at is null;
create index job_state_running on pawl.job_state (worker_id, id) where worker_id is not null;
create index job_state_key_held on pawl.job_state (concurrency_key, line_id, priority desc, run_at, id) where held is not null;
create index job_state_key_running on pawl.job_state (concurrency_key, id) where concurrency_key is not null and state = 'running';
create index job_state_unsuccessful on pawl.job_state (state, id) where worker_id is null and state not in ('queued', 'succeeded');

-- Only jobs that have such a thing have a row in the tables that follow.
create table pawl.job_end (
    id       bigint primary key,
    result   text,
    degraded text,
    error    text
) partition by range (id);

create table pawl.job_cancel (
    id         bigint primary key,
    by         text,
    reason     text,
    end_reason text not null,
    grace_us   bigint
);

create table pawl.job_recovery (
    id          bigint primary key,
    attempt     integer not null,
    recovery_id bigint not null,
    rule        text not null,
    by          text not null
);

create table pawl.unique_key (
    type      text not null,
    key       text not null,
    job_id    bigint not null,
    body_hash bytea not null,
    primary key (type, key)
);

create index unique_key_job on pawl.unique_key (job_id);

create table pawl.idempotency_key (
    key        text primary key,
    job_id     bigint not null,
    body_hash  bytea not null,
    expires_at bigint not null
);

create index idempotency_key_expires on pawl.idempotency_key (expires_at);

create table pawl.dependency (
    job_id    bigint not null,
    on_job_id bigint not null,
    accept    text not null,
    on_failed text not null,
    met       boolean not null default false,
    primary key (job_id, on_job_id)
);

create index dependency_open on pawl.dependency (on_job_id, job_id) where not met;

create table pawl.attempt (
    job_id       bigint not null,
    attempt      integer not null,
    generation   integer not null,
    worker_id    bigint not null,
    lease_token  bytea not null,
    outcome      text not null,
    started_at   bigint not null,
    ended_at     bigint not null,
    wait_us      bigint not null,
    run_us       bigint,
    error        text,
    next_run_at  bigint,
    rule         text,
    recovery     text,
    started_pack bigint not null,
    ended_pack   bigint not null,
    primary key (job_id, attempt)
);

create view pawl.attempt_all as
select job_id, attempt, generation, worker_id, lease_token, outcome, started_at, ended_at, wait_us, run_us, error, next_run_at, rule,
    recovery, started_pack, ended_pack
from pawl.attempt
union all
select d.job_id, 1, 1, l.worker_id, l.token, 'succeeded', l.started_at, d.ended_at, greatest(0, l.started_at - j.run_at), d.run_us, null,
    null, null, null, l.pack_id, d.pack_id
from pawl.done d join pawl.lease l on l.id = d.lease_id join pawl.job j on j.id = d.job_id;

-- Jobs that were stored in a transaction of a user's and depend on others. What those others did until its commit neither side could see,
-- so each is looked at once more after it.
create table pawl.late (
    job_id bigint primary key
);

create table pawl.progress (
    job_id     bigint primary key,
    total      bigint,
    done       bigint not null,
    failed     bigint not null,
    skipped    bigint not null,
    message    text,
    updated_at bigint not null
);

create table pawl.checkpoint (
    job_id        bigint primary key,
    attempt       integer not null,
    version       integer not null,
    schema        integer,
    cursor_kind   text not null,
    last_item_key text,
    data          text not null,
    saved_at      bigint not null
);

create table pawl.log (
    job_id  bigint not null,
    attempt integer not null,
    "offset" bigint not null,
    text    bytea not null,
    primary key (job_id, attempt, "offset")
);

create table pawl.artifact (
    id         bigint generated always as identity primary key,
    job_id     bigint not null,
    attempt    integer not null,
    name       text not null,
    media_type text not null,
    bytes      bigint not null,
    sha256     text not null,
    created_at bigint not null
);

create index artifact_job on pawl.artifact (job_id, name, id);
create index artifact_sha256 on pawl.artifact (sha256);

create table pawl.artifact_blob (
    sha256 text primary key,
    data   bytea not null
);

create table pawl.item (
    dataset       text collate "C" not null,   -- lists go by their bytes, wherever the database stands
    key           text collate "C" not null,
    input_hash    text,
    parts         text,
    options_hash  text,
    upstream_hash text,
    output_hash   text,
    last_outcome  text not null,
    succeeded_at  bigint,
    failed_at     bigint,
    failures      integer not null default 0,
    error         text,
    outputs       text,
    metrics       text,
    job_id        bigint not null,
    attempt       integer not null,
    updated_at    bigint not null,
    primary key (dataset, key)
);

create table pawl.item_run (
    id            bigint generated always as identity primary key,
    job_id        bigint not null,
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
    at            bigint not null
);

create index item_run_job on pawl.item_run (job_id, id);
create index item_run_key on pawl.item_run (dataset, key, id);

-- The events of one transaction, packed, as it told them. Transactions commit in no order, so the numbers of the events are given later,
-- by one at a time, to what is committed: event then says which numbers a pack has.
create table pawl.event_in (
    pack_id bigint primary key,
    n       integer not null,
    at      bigint not null,
    pack    bytea not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);

create table pawl.event (
    seq     bigint primary key,            -- of its last event
    first   bigint not null,
    pack_id bigint not null unique,
    at      bigint not null,
    pack    bytea not null
);

-- Where to find the events of one job that its body, leases, results and attempts do not name already.
create table pawl.job_event (
    job_id  bigint not null,
    pack_id bigint not null,
    primary key (job_id, pack_id)
);

create table pawl.minute (
    minute    bigint not null,
    line_id   integer not null references pawl.line (id),
    created   bigint not null default 0,
    started   bigint not null default 0,
    succeeded bigint not null default 0,
    failed    bigint not null default 0,
    timed_out bigint not null default 0,
    cancelled bigint not null default 0,
    lost      bigint not null default 0,
    released  bigint not null default 0,
    snoozed   bigint not null default 0,
    died      bigint not null default 0,
    wait_us   bigint not null default 0,
    run_us    bigint not null default 0,
    primary key (minute, line_id)
);

create table pawl.worker (
    id         bigint generated always as identity primary key,
    facts      text not null,
    remote     boolean not null,
    beat       bigint not null default 0,
    gone       boolean not null default false,
    draining   boolean not null default false,
    drain      boolean not null default false,
    slots_used integer not null default 0,
    started_at bigint not null,
    seen_at    bigint not null
);

create table pawl.pause (
    queue  text not null,
    type   text not null,
    at     bigint not null,
    by     text,
    reason text,
    primary key (queue, type)
);

create table pawl.queue_limit (
    queue       text primary key,
    max_running integer not null check (max_running >= 1)
);

create table pawl.key_limit (
    key         text primary key,
    max_running integer not null check (max_running >= 1)
);

create table pawl.leader (
    name      text primary key,
    worker_id bigint,
    term      bigint not null,
    beat      bigint not null
);

create table pawl.audit (
    id     bigint generated always as identity primary key,
    at     bigint not null,
    actor  text,
    action text not null,
    job_id bigint,
    before text,
    after  text,
    detail text
);

create index audit_job on pawl.audit (job_id, id) where job_id is not null;
