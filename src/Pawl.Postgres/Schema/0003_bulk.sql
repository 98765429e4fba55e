-- Actions on many jobs at once. 'ordered' is what was asked for, as JSON; 'reached' is where the next slice begins, downwards.
create table pawl.bulk (
    id         bigint generated always as identity primary key,
    action     text not null,
    state      text not null,
    ordered    text not null,
    newest     bigint not null,
    reached    bigint,
    total      bigint not null,
    changed    bigint not null default 0,
    skipped    bigint not null default 0,
    failed     bigint not null default 0,
    errors     text not null default '[]',
    by         text,
    created_at bigint not null,
    ended_at   bigint
);

create index bulk_running on pawl.bulk (id) where state = 'running';

-- Lists of one queue, type or state, by number. A job's body is never changed, so only its creation writes to the first of these; the
-- others know only jobs with a row of their own.
create index shape_line on pawl.shape (line_id);
create index job_shape on pawl.job (shape_id, id);
create index job_state_line_id on pawl.job_state (line_id, id);
create index job_state_usual on pawl.job_state (state, id) where worker_id is null and state in ('queued', 'succeeded');
create index job_state_unique on pawl.job_state (unique_key, id) where unique_key is not null;
