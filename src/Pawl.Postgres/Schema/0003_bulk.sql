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

create index job_state_unique on pawl.job_state (unique_key, id) where unique_key is not null;
